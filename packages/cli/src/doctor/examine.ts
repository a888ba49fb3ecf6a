import type { Check, Finding, Outcome } from "./check.ts";

export interface Examination<Ground> {
  /** In an order in which whatever one needs comes before it. */
  readonly checks: readonly Check<Ground>[];
  readonly ground: Ground;
  /** Ids, or their beginnings up to a dot; with them only these checks are made, and those that they need. */
  readonly only?: readonly string[];
  /** What an error means that a check ran into; null when it is a mistake of ours. */
  readonly trouble: (error: unknown) => Outcome | null;
}

/**
 * Makes checks one after the other. What stands on something that is not well is not looked at, but names its cause, so
 * that one broken thing is told once.
 *
 * @throws TypeError when a check needs one that does not come before it
 */
export async function examine<Ground>({ checks, ground, only, trouble }: Examination<Ground>): Promise<Finding[]> {
  const chosen = only === undefined ? null : withNeeds(checks, only);
  const findings = new Map<string, Finding>();
  for (const check of checks) {
    if (chosen !== null && !chosen.has(check.id)) continue;
    const outcome = standing(check, findings) ?? (await attempt(check, ground, trouble));
    findings.set(check.id, toFinding(check, outcome, findings));
  }
  return [...findings.values()];
}

/** Whether a check's id is what `--only` names: itself, or all that begins with it. */
export function isNamed(id: string, name: string): boolean {
  return id === name || id.startsWith(`${name}.`);
}

function withNeeds<Ground>(checks: readonly Check<Ground>[], only: readonly string[]): Set<string> {
  const chosen = new Set<string>();
  for (const { id, needs } of checks.toReversed()) {
    if (!chosen.has(id) && !only.some((name) => isNamed(id, name))) continue;
    for (const one of [id, ...needs]) chosen.add(one);
  }
  return chosen;
}

/** What the state of what a check stands on says about it already. */
function standing<Ground>({ id, needs }: Check<Ground>, findings: ReadonlyMap<string, Finding>): Outcome | null {
  const grounds = needs.map((need) => {
    const found = findings.get(need);
    if (!found) throw new TypeError(`the check ${id} needs ${need}, which does not come before it`);
    return found;
  });
  const bad = grounds.find(({ status }) => ["broken", "unknown", "not_checked"].includes(status));
  if (bad) return { status: "not_checked", because: bad.because ?? bad.id };
  const without = grounds.find(({ status }) => status === "not_needed");
  return without ? { status: "not_needed", seen: without.seen } : null;
}

async function attempt<Ground>(
  check: Check<Ground>,
  ground: Ground,
  trouble: Examination<Ground>["trouble"],
): Promise<Outcome> {
  try {
    return await check.run(ground);
  } catch (error) {
    const outcome = trouble(error);
    if (outcome === null) throw error;
    return outcome;
  }
}

function toFinding<Ground>(
  { id, about, link }: Check<Ground>,
  outcome: Outcome,
  findings: ReadonlyMap<string, Finding>,
): Finding {
  const facts = { id, about, link, status: outcome.status };
  if (outcome.status !== "not_checked") {
    return { ...facts, seen: outcome.seen, remedy: "remedy" in outcome ? outcome.remedy : null, because: null };
  }
  // A check may name what it stands on by itself; the root of that one is the root of this one.
  const because = findings.get(outcome.because)?.because ?? outcome.because;
  return { ...facts, seen: `Not checked, because ${because} is not well.`, remedy: null, because };
}
