import type { LineKey, PersonId, StaffId } from "./people.ts";

/**
 * One text of the story: who wrote it, how long before the present (`2d 3h 10m`), the words, and, for an answer that
 * does not arrive, why.
 */
export type StoryText =
  | readonly [from: "them", ago: string, text: string]
  | readonly [from: StaffId, ago: string, text: string, outcome?: { readonly fails: FailureCode }];

export type FailureCode = "unreachable" | "landline" | "blocked_as_spam";

/** A conversation of one person with one line. */
export interface Thread {
  readonly line: LineKey;
  readonly with: PersonId;
  /** How many of the last texts nobody has read yet. */
  readonly unread?: number;
  readonly messages: readonly StoryText[];
}
