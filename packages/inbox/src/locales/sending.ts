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
  "meter.use": "Use {plain}",
  "meter.use-space": "Use a plain space",
  "meter.remove": "Remove it",
  "meter.use-plain": "Use plain characters",
  "limit.left": { one: "{count} character left", other: "{count} characters left" },
  "limit.over": { one: "{count} character too many", other: "{count} characters too many" },
  "limit.spoken": { one: "Too long by {count} character", other: "Too long by {count} characters" },
} as const satisfies Record<string, Phrase>;

export type SendingKey = keyof typeof sending;

/** The phrase with its values in place, as `Localizer.t` does it. */
export function say(words: Localizer, key: SendingKey, values?: Values): string {
  return words.fill(sending[key], values);
}
