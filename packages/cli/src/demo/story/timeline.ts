import type { PersonId, StaffId } from "./people.ts";
import type { FailureCode, StoryText, Thread } from "./thread.ts";

/** One step of the story, in the order in which it happened. */
export interface Step {
  readonly thread: Thread;
  readonly person: PersonId;
  readonly from: "them" | StaffId;
  readonly text: string;
  readonly agoMs: number;
  readonly fails: FailureCode | null;
  readonly isFirst: boolean;
}

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000 } as const;

/** Reads `2d 3h 10m` as milliseconds. */
export function parseAgo(ago: string): number {
  let total = 0;
  for (const part of ago.split(" ")) {
    const match = /^(\d+)([dhm])$/.exec(part);
    const unit = match?.[2];
    if (unit !== "d" && unit !== "h" && unit !== "m") throw new Error(`"${ago}" is not a time such as 2d 3h 10m.`);
    total += Number(match?.[1]) * UNITS[unit];
  }
  return total;
}

/** All texts of all threads, oldest first; equal times keep the order of the threads. */
export function timeline(threads: readonly Thread[]): Step[] {
  return threads
    .flatMap((thread) => thread.messages.map((message, index) => toStep(thread, message, index)))
    .sort(byAge);
}

function toStep(thread: Thread, message: StoryText, index: number): Step {
  const [from, ago, text] = message;
  const outcome = from === "them" ? undefined : message[3];
  return {
    thread,
    person: thread.with,
    from,
    text,
    agoMs: parseAgo(ago),
    fails: outcome?.fails ?? null,
    isFirst: index === 0,
  };
}

function byAge(a: Step, b: Step): number {
  return b.agoMs - a.agoMs;
}
