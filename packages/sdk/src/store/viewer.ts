import type { Viewer } from "@trunkline/protocol";

/**
 * What one user has not read in one conversation, kept exact while events come in any order.
 *
 * An answer of the gateway speaks for all messages up to the conversation's `sequence` at that moment; texts beyond it
 * are counted one by one as events bring them, and only once.
 */
export interface ReadMark {
  /** The answer: up to this sequence … */
  readonly sequence: number;
  /** … with this much read … */
  readonly readThrough: number;
  /** … so many were unread. */
  readonly count: number;
  /** How far the user has read by now; never moves back. */
  readonly now: number;
  /** Sequences of inbound texts beyond `sequence`, as far as they are unread. */
  readonly beyond: readonly number[];
}

/** Takes an answer that showed the conversation at `sequence`. */
export function takeAnswer(held: ReadMark | undefined, sequence: number, viewer: Viewer): ReadMark {
  const now = Math.max(held?.now ?? 0, viewer.readThroughSequence);
  if (held && held.sequence > sequence) return readThrough(held, now);
  return {
    sequence,
    readThrough: viewer.readThroughSequence,
    count: viewer.unreadCount,
    now,
    beyond: (held?.beyond ?? []).filter((each) => each > sequence && each > now),
  };
}

/** Counts an inbound text. */
export function countInbound(held: ReadMark, sequence: number): ReadMark {
  if (sequence <= held.sequence || sequence <= held.now || held.beyond.includes(sequence)) return held;
  return { ...held, beyond: [...held.beyond, sequence] };
}

/** The user has read up to `sequence`. */
export function readThrough(held: ReadMark, sequence: number): ReadMark {
  if (sequence <= held.now) return held;
  return { ...held, now: sequence, beyond: held.beyond.filter((each) => each > sequence) };
}

/** What a conversation shows. `isExact` is false when only the gateway knows how many of the answer's are still unread. */
export function showMark({ sequence, readThrough: then, count, now, beyond }: ReadMark): Viewer & { isExact: boolean } {
  const left = now >= sequence ? 0 : now <= then ? count : Math.min(count, sequence - now);
  const isExact = now >= sequence || now <= then || count === 0;
  return { readThroughSequence: now, unreadCount: left + beyond.length, isExact };
}
