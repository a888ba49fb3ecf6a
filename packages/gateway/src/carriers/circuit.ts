/*
 * Whether an account's carrier can be spoken with. While it cannot, texts are better left where they are: a text that is
 * begun and fails may be in doubt, and a carrier that comes back should not meet all of them at once. Pure: states and
 * times go in, states come out.
 */

/** The state for one carrier account. Times are in milliseconds. */
export type Circuit =
  /** It works, as far as is known. `failures`: those since the last success, the oldest first. */
  | { readonly kind: "closed"; readonly failures: readonly number[] }
  /** It does not; nothing begins before `until`. `openings`: how often in a row it was tried in vain. */
  | { readonly kind: "open"; readonly until: number; readonly openings: number }
  /** One text tries whether it works again; if nothing is heard of it until `until`, another one may. */
  | { readonly kind: "half_open"; readonly probe: string; readonly until: number; readonly openings: number };

/** Whether a text may begin now; otherwise when to ask again. */
export type Passage = { readonly kind: "go" } | { readonly kind: "wait"; readonly until: number };

/** A carrier of which nothing bad is known. */
export const CLOSED: Circuit = { kind: "closed", failures: [] };

/** Failures with no success between them that open the circuit … */
const FAILURES = 10;
/** … when they come within this time: fewer are left to the pauses of each line. */
const WITHIN_MS = 60_000;
/** How long it stays open, by how often it was tried in vain. */
const OPEN_MS = [5_000, 10_000, 20_000, 40_000, 60_000] as const;
/** How soon the others ask again while one tries. */
const ASK_AGAIN_MS = 1_000;
/** A text that was to try and never began, because it was canceled or held meanwhile, stands back after this. */
const UNBEGUN_MS = 2_000;

/** Asks whether `text` may begin. The first one that asks when the time has come is the one that tries. */
export function ask(circuit: Circuit, text: string, now: number): { passage: Passage; circuit: Circuit } {
  if (circuit.kind === "closed") return { passage: { kind: "go" }, circuit };
  if (circuit.kind === "half_open" && circuit.probe === text) return { passage: { kind: "go" }, circuit };
  if (now < circuit.until) {
    const until = circuit.kind === "open" ? circuit.until : Math.min(circuit.until, now + ASK_AGAIN_MS);
    return { passage: { kind: "wait", until }, circuit };
  }
  const probing: Circuit = { kind: "half_open", probe: text, until: now + UNBEGUN_MS, openings: circuit.openings };
  return { passage: { kind: "go" }, circuit: probing };
}

/**
 * The same once more, right before the carrier is called: what was let through a moment ago may be barred by now.
 *
 * @param answerMs - after which a call is given up on at the latest
 */
export function begin(
  circuit: Circuit,
  text: string,
  { now, answerMs }: { now: number; answerMs: number },
): { passage: Passage; circuit: Circuit } {
  if (circuit.kind === "closed") return { passage: { kind: "go" }, circuit };
  if (circuit.kind === "half_open" && circuit.probe === text) {
    return { passage: { kind: "go" }, circuit: { ...circuit, until: now + answerMs + ASK_AGAIN_MS } };
  }
  return { passage: { kind: "wait", until: Math.max(circuit.until, now + ASK_AGAIN_MS) }, circuit };
}

/** Takes in what came of a call. Any success closes: also that of a text which had begun before it opened. */
export function hear(circuit: Circuit, text: string, works: boolean, now: number): Circuit {
  if (works) return CLOSED;
  switch (circuit.kind) {
    case "closed": {
      const failures = [...circuit.failures.filter((at) => at > now - WITHIN_MS), now];
      return failures.length < FAILURES ? { kind: "closed", failures } : open(1, now);
    }
    case "half_open":
      return circuit.probe === text ? open(circuit.openings + 1, now) : circuit;
    case "open":
      return circuit;
  }
}

function open(openings: number, now: number): Circuit {
  const wait = OPEN_MS[Math.min(openings, OPEN_MS.length) - 1] ?? 0;
  return { kind: "open", until: now + wait, openings };
}
