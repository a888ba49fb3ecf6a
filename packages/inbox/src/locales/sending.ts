import type { Phrase } from "./en.ts";
import type { Localizer, Values } from "./localizer.ts";

/** Words of what is fetched when somebody writes, in English. Apart from `en`, so that the first picture does not wait for them. */
export const sending = {
  "meter.texts": { one: "{count} text", other: "{count} texts" },
  "meter.left": "{texts} · {left} left",
  "meter.spoken": "{texts}, {left} characters left",
  "meter.fewer": {
    one: "{chars} leaves room for {ucs2} characters a text, not {gsm7}.",
    other: "{chars} leave room for {ucs2} characters a text, not {gsm7}.",
  },
  "meter.costs": "With {chars} it takes {texts}, without it {count}.",
  "meter.invisible": "An invisible character",
  "meter.space": "A special space",
  "meter.more": "{chars} and {count} more",
  "meter.use": "Use {plain} instead",
  "meter.use-space": "Use a plain space",
  "meter.remove": "Remove it",
  "meter.use-plain": "Use plain characters",
  "limit.left": { one: "{count} character left", other: "{count} characters left" },
  "limit.over": { one: "{count} character too many", other: "{count} characters too many" },
  "limit.spoken": { one: "Too long by {count} character", other: "Too long by {count} characters" },

  "check.title": "No text can be sent here",
  "check.again": "Check again",
  "check.opted-out": "{name} has opted out",
  "check.keyword": "They texted {wording} on {when}.",
  "check.phrase": "They wrote {wording} on {when}.",
  "check.carrier": "Their carrier has blocked your texts since {when}.",
  "check.staff": "Recorded by {by} on {when}: {reason}",
  "check.recorded": "Recorded by {by} on {when}.",
  "check.since": "Since {when}.",
  "check.somebody": "somebody",
  "check.lifts": "Only they can lift this, by texting START.",
  "check.review": "They wrote {wording}",
  "check.review-text": "Texts to {name} are blocked until somebody says whether that was meant.",
  "check.keep": "Keep blocked",
  "check.undo": "Undo",
  "check.undo-hint": "Undo if it was a mistake. Otherwise only their START lifts it.",
  "check.no-opt-in": "{name} has not agreed to texts",
  "check.no-opt-in-text": "Your business texts only people who have agreed. They agree by texting START to this line.",
  "check.country": "Texts to this country are not confirmed",
  "check.country-text": "Your administrator has to confirm that your business sends texts there.",
  "check.cap": "Your business has sent as many texts as it may for now",
  "check.cap-text": "It can go on within 24 hours. Your administrator can raise the limit.",
  "check.quiet": "It is {now} for them. Your text will go at {at}.",
  "check.quiet-theirs": "It is {now} for them. Your text will go at {at} their time, {own} yours.",
  "check.quiet-own": "It is a quiet time for them. Your text will go {own}.",
  "check.failed": "That could not be recorded. Try again.",
  "check.conflict": "This can't be undone here: only their own START lifts it.",

  "picker.open": "Templates (type / in an empty field)",
  "picker.label": "Templates",
  "picker.search": "Search by name",
  "picker.close": "Close templates",
  "picker.loading": "Loading templates",
  "picker.failed": "Templates can't be loaded. Try again later.",
  "picker.none": "No templates yet. An administrator can add them.",
  "picker.no-match": "No template has that in its name.",
  "picker.found": { one: "{count} template", other: "{count} templates" },
  "picker.language": "Language",
  "picker.usual": "Usual words",
  "picker.back": "Back",
  "picker.insert": "Insert",
  "picker.missing": "Still missing: {names}",

  "later.label": "Send later",
  "later.today": "Later today",
  "later.tomorrow": "Tomorrow",
  "later.their-today": "Later today, their time",
  "later.their-tomorrow": "Tomorrow, their time",
  "later.monday": "On Monday",
  "later.choose": "Choose date and time…",
  "later.theirs": "Their time: {zone}",
  "later.own": "Your time: {zone}",
  "later.title": "Send later",
  "later.when": "Date and time",
  "later.zone": "Time zone",
  "later.zone-theirs": "Theirs: {zone}",
  "later.zone-own": "Yours: {zone}",
  "later.past": "Choose a time that is still to come.",
  "later.confirm": "Schedule",

  "row.goes": "Goes {when}",
  "row.held": "It is a quiet time for {name}. Goes {when}",
  "row.both": "{theirs} {zone}, {own} your time",
  "row.stopped": "Will not be sent: they opted out",
  "row.cancel": "Cancel sending",
  "row.canceled": "Canceled, not sent",
  "row.carrier": "The carrier says “{word}”, a word that is not known here.",

  "failure.line_not_assigned": "This line is not assigned to you. Ask your administrator.",
  "failure.rate_limited": "Too much was sent at once. Try again in a moment.",
  "failure.no_opt_in": "{name} has not agreed to be texted.",
  "failure.quiet_hours": "There is no time at which quiet hours let it go.",
  "failure.country_not_confirmed": "Texts to this country are not confirmed. Tell your administrator.",
  "failure.send_cap_reached": "Your business has sent as many texts as it may for now.",
  "failure.missing_variables": "The template lacked values.",
  "failure.broadcast_canceled": "The broadcast was canceled first.",

  "opt-out.item": "Mark as opted out…",
  "opt-out.title": "Mark {name} as opted out?",
  "opt-out.text": "None of your lines can text {name} any more. Record what they told you, so that others know why.",
  "opt-out.reason": "Reason",
  "opt-out.placeholder": "They asked on the phone",
  "opt-out.needed": "Say why, so that others know.",
  "opt-out.confirm": "Mark as opted out",
  "opt-out.cancel": "Cancel",
} as const satisfies Record<string, Phrase>;

export type SendingKey = keyof typeof sending;

/** The phrase with its values in place, as `Localizer.t` does it. */
export function say(words: Localizer, key: SendingKey, values?: Values): string {
  return words.fill(sending[key], values);
}

/** The phrase of that name; null where there is none, as for codes that a newer gateway may send. */
export function sayCode(words: Localizer, key: string, values: Values): string | null {
  return Object.hasOwn(sending, key) ? say(words, key as SendingKey, values) : null;
}
