import type { Gateway } from "@trunkline/gateway";
import type { Activity } from "./activity.ts";
import type { HostTime } from "./clock.ts";

export interface SettledParts {
  gateway: Gateway | undefined;
  activities: readonly Activity[];
  /** Answers that a slow carrier holds back until the clock has moved on. */
  holds: Activity;
  host: HostTime;
}

/**
 * Resolves when a gateway and the world around it have nothing left to do before the clock moves on. Each may give the
 * other work, so both must be found idle with nothing having happened in between.
 *
 * While a slow carrier holds an answer back, the gateway rightly waits for it and is not idle; then it is enough that
 * nothing else moves.
 */
export async function settled({ gateway, activities, holds, host }: SettledParts): Promise<void> {
  const total = () => activities.reduce((sum, { begun }) => sum + begun, 0);
  for (;;) {
    const before = total();
    const isIdle = gateway?.idle().then(() => true) ?? Promise.resolve(true);
    while (!(await Promise.race([isIdle, turn(host)]))) {
      if (!holds.isIdle && (await isQuiet(total, activities, host))) return;
    }
    for (const activity of activities) await activity.idle();
    await turn(host);
    if (total() === before) return;
  }
}

// Long enough for whatever works without being counted: a statement of the store, a signature.
const QUIET_TURNS = 20;

async function isQuiet(total: () => number, activities: readonly Activity[], host: HostTime): Promise<boolean> {
  const before = total();
  for (let turns = 0; turns < QUIET_TURNS; turns++) await turn(host);
  return total() === before && activities.every(({ isIdle }) => isIdle);
}

function turn(host: HostTime): Promise<false> {
  return new Promise((resolve) => {
    host.after(1, () => resolve(false));
  });
}
