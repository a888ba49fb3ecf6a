import { html, nothing, type TemplateResult } from "lit";
import type { Localizer } from "../../locales/localizer.ts";
import { type SendingKey, say } from "../../locales/sending.ts";
import { icon } from "../../shared/icons.ts";
import { PROHIBITED } from "../../shared/prohibited-icon.ts";
import { dateOf, dayIn, daysApart, ownZone, sharedZone, soonIn, timeIn, wallClock } from "../../shared/zone-times.ts";
import type { OptOut, StandingController } from "./standing.ts";
import { CLOCK } from "./tool-icons.ts";

export interface StandingViewOptions {
  readonly standing: StandingController;
  /** The recipient's name, else their number. */
  readonly name: string;
  /** Whether the reader may record what somebody says about being texted. */
  readonly maySettle: boolean;
  readonly words: Localizer;
  readonly now: Date;
}

interface Blocked {
  readonly title: string;
  readonly text: readonly string[];
  readonly actions: readonly { readonly label: string; readonly run: () => void }[];
}

/** What stands in place of the field when no text may leave; null when one may. */
export function blockedView(options: StandingViewOptions): TemplateResult | null {
  const { standing, words } = options;
  const { check, problem, isSettling } = standing;
  if (check === null || check.canSend) return null;
  const { title, text, actions } = blockedBy(options, check.reasons[0]);
  const isOut = check.reasons[0]?.code === "opted_out";
  return html`<div class="blocked" part="blocked" role="group" tabindex="-1" aria-labelledby="blocked" aria-busy=${isSettling}>
    ${icon(isOut ? PROHIBITED : "locked")}
    <div class="blocked-body">
      <div role="status">
        <p id="blocked" class="blocked-title" dir="auto">${title}</p>
        ${text.map((line) => html`<p dir="auto">${line}</p>`)}
        ${problem === null ? nothing : html`<p class="problem wrong">${say(words, problem)}</p>`}
      </div>
      ${
        actions.length === 0
          ? nothing
          : html`<div class="blocked-actions">
              ${actions.map(
                ({ label, run }) =>
                  html`<button class="button" type="button" aria-disabled=${isSettling} @click=${run}>${label}</button>`,
              )}
            </div>`
      }
    </div>
  </div>`;
}

const SIMPLE: Readonly<Record<string, readonly [title: SendingKey, text: SendingKey]>> = {
  no_opt_in: ["check.no-opt-in", "check.no-opt-in-text"],
  country_not_confirmed: ["check.country", "check.country-text"],
  send_cap_reached: ["check.cap", "check.cap-text"],
};

function blockedBy(options: StandingViewOptions, reason: { code: string; message: string } | undefined): Blocked {
  const { standing, name, words } = options;
  if (reason?.code === "opted_out") return optedOut(options, standing.optOut);
  const again = { label: say(words, "check.again"), run: () => void standing.ask() };
  const simple = Object.hasOwn(SIMPLE, reason?.code ?? "") ? SIMPLE[reason?.code ?? ""] : undefined;
  if (!simple) return { title: say(words, "check.title"), text: reason ? [reason.message] : [], actions: [again] };
  const [title, text] = simple;
  return { title: say(words, title, { name }), text: [say(words, text)], actions: [again] };
}

function optedOut({ standing, name, maySettle, words, now }: StandingViewOptions, optOut: OptOut | null): Blocked {
  const title = say(words, "check.opted-out", { name });
  const lifts = say(words, "check.lifts");
  if (optOut === null) return { title, text: [lifts], actions: [] };
  const { optIn } = optOut;
  const allow = (key: SendingKey) => ({ label: say(words, key), run: () => void standing.settle(false) });
  const told = how(optOut, words, now);
  if (optIn.needsReview) {
    const wording = quoted(optOut);
    const keep = { label: say(words, "check.keep"), run: () => void standing.settle(true) };
    return {
      title: say(words, "check.review", { name }),
      text: [wording === null ? say(words, "check.review-unquoted") : say(words, "check.review-text", { wording })],
      actions: maySettle ? [keep, allow("check.allow")] : [],
    };
  }
  if (optIn.method === "staff" && !optIn.carrierBlocked && maySettle) {
    return { title, text: [told, say(words, "check.allow-hint")], actions: [allow("check.allow-again")] };
  }
  return { title, text: [told, lifts], actions: [] };
}

/** How it came about, by whom, and since when. */
function how({ optIn, entry }: OptOut, words: Localizer, now: Date): string {
  const when = dateOf(new Date(optIn.since ?? optIn.updatedAt ?? now), now, words);
  const wording = quoted({ optIn, entry });
  const by = entry?.by.name ?? say(words, "check.somebody");
  switch (optIn.method) {
    case "keyword":
    case "phrase":
      if (wording === null) return say(words, "check.since", { when });
      return say(words, `check.${optIn.method}`, { wording, when });
    case "carrier":
      return say(words, "check.carrier", { when });
    case null:
      return say(words, "check.since", { when });
    default: {
      const note = entry?.evidence?.note ?? entry?.wording;
      const reason = typeof note === "string" && note !== "" ? note : null;
      return reason === null
        ? say(words, "check.recorded", { by, when })
        : say(words, "check.staff", { by, when, reason });
    }
  }
}

/** Their words, kept apart from ours whatever script they are in; null where there are none. */
function quoted({ entry }: OptOut): string | null {
  return entry?.wording ? `“\u2068${entry.wording}\u2069”` : null;
}

/** Over the field: that it is quiet where they are, and when a text would go; null where it would go at once. */
export function quietNotice({ standing, words, now }: StandingViewOptions): TemplateResult | null {
  const { check } = standing;
  if (!check?.canSend || check.sendAfter === null || check.reasons[0]?.code !== "quiet_hours") return null;
  const then = new Date(check.sendAfter);
  return html`<p class="notice" part="notice" role="status">${icon(CLOCK)}<span>${quietText(check.timeZones, then, now, words)}</span></p>`;
}

function quietText(zones: readonly string[], then: Date, now: Date, words: Localizer): string {
  const zone = sharedZone(zones, now);
  if (zone === null) return say(words, "check.quiet-own", { own: whenIn(then, now, ownZone(), words) });
  const soon = soonIn(then, now, undefined, words);
  // "Tomorrow" there may be today here: without a word for the day it would be taken for the same.
  const isOtherDay = daysApart(now, then, ownZone()) !== daysApart(now, then, zone);
  const isOwnToday = daysApart(now, then, ownZone()) === 0;
  const own = isOtherDay && isOwnToday ? say(words, "check.own-today", { own: soon }) : soon;
  const theirs = { now: timeIn(now, zone, words), at: whenIn(then, now, zone, words, isOtherDay) };
  const isSame = wallClock(then, zone) === wallClock(then, ownZone());
  return isSame ? say(words, "check.quiet", theirs) : say(words, "check.quiet-theirs", { ...theirs, own });
}

/** "at 8:00 AM", "tomorrow at 8:00 AM", "on Monday at 8:00 AM", by the days of that zone; today is named where it must be. */
function whenIn(then: Date, now: Date, zone: string, words: Localizer, isTodayNamed = false): string {
  const time = timeIn(then, zone, words);
  const days = daysApart(now, then, zone);
  if (days === 0) return say(words, isTodayNamed ? "check.today-at" : "check.at-today", { time });
  if (days === 1) return say(words, "check.at-tomorrow", { time });
  return say(words, "check.at-day", { time, day: dayIn(then, now, zone, words) });
}
