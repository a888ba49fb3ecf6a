import type { Phrase } from "./en.ts";
import type { Localizer, Values } from "./localizer.ts";

/** Words of a new message, in English. Apart from `en`, so that the first picture does not wait for them. */
const newMessage = {
  "new.title": "New message",
  "new.from": "From",
  "new.to": "To",
  "new.to-hint": "Phone number",
  "new.to-hint-search": "Name or phone number",
  "new.suggestions": "People",
  "new.found": { one: "{count} person found", other: "{count} people found" },
  "new.close": "Discard new message",
  "new.no-number": "Enter the phone number to text.",
  "new.bad-number": "That is not a phone number that can be texted.",
  "new.no-lines": "No line to send from",
  "new.no-lines-hint": "Ask your administrator to assign a line to you.",
  "new.hint": "Write the first text to start the conversation.",
} as const satisfies Record<string, Phrase>;

/** The phrase with its values in place, as `Localizer.t` does it. */
export function sayNew(words: Localizer, key: keyof typeof newMessage, values?: Values): string {
  return words.fill(newMessage[key], values);
}
