import type { Phrase } from "./en.ts";
import type { Localizer } from "./localizer.ts";

/** Words beside a list in which nothing is chosen, in English. Apart from `en`, so that the first picture does not wait for them. */
const nothingChosen = {
  "inbox.choose": "Choose a conversation",
  "inbox.choose-hint": "Pick one from the list, or start a new one.",
  "inbox.start": "Start a conversation",
  "inbox.start-hint": "Write the first text, or wait here for somebody to write to you.",
} as const satisfies Record<string, Phrase>;

export function sayNothingChosen(words: Localizer, key: keyof typeof nothingChosen): string {
  return words.fill(nothingChosen[key]);
}
