import { brokenConstraint } from "../store/engine.ts";
import type { Refusal } from "./refusal.ts";

/**
 * Runs `work` and turns a constraint that it breaks into the refusal that explains it. The transaction has failed by
 * then, so this goes around a transaction, never inside one.
 *
 * @param refusals - by the constraint's name
 */
export async function refusing<Result>(
  refusals: Readonly<Record<string, () => Refusal>>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const constraint = brokenConstraint(error);
    const refusal = constraint === undefined ? undefined : refusals[constraint];
    throw refusal?.() ?? error;
  }
}
