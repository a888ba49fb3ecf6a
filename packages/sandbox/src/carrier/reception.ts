import { pause, type RandomBytes } from "@trunkline/gateway";
import type { Activity } from "../activity.ts";
import type { WorldClock } from "../clock.ts";
import type { WorldMemory } from "../memory.ts";
import { chance } from "../random.ts";
import type { CarrierBehaviour } from "./behaviour.ts";
import type { CarrierEngine, OutgoingText } from "./engine.ts";
import type { CarrierAccount } from "./entries.ts";
import type { CarrierMessage } from "./message.ts";
import { RateLimit } from "./rate-limit.ts";

/** What the APIs of all carriers are made of. */
export interface CarrierApiParts {
  engine: CarrierEngine;
  clock: WorldClock;
  /** Counts the answers that the carrier's slowness holds back. */
  holds: Activity;
  memory: WorldMemory;
  random: RandomBytes;
  /** Aborted when the world ends: connections break. */
  stopping: AbortSignal;
}

/** What came of handing a text over; the vendor's API says it in its own words. */
export type Reception =
  | { readonly kind: "taken"; readonly message: CarrierMessage }
  | { readonly kind: "limited" }
  /** Taken, but its answer never comes: the connection breaks. */
  | { readonly kind: "broken" }
  /** Taken, but the answer is a server's error. */
  | { readonly kind: "garbled" };

/** Takes texts that were judged before, as fast and as reliably as the carrier behaves. */
export function reception({ engine, clock, holds, memory, random, stopping }: CarrierApiParts) {
  const rate = new RateLimit();

  /** @param behaviour - another one than the carrier's for this text alone */
  return async (account: CarrierAccount, text: OutgoingText, behaviour?: CarrierBehaviour): Promise<Reception> => {
    const { latencyMs, perSecond, dropAnswers } = memory.state.carriers.behaviour(account.carrier);
    if (!rate.take(account.id, perSecond, clock.now())) return { kind: "limited" };
    const message = await engine.take(account, text, behaviour);
    if (latencyMs > 0) await holds.track(pause(clock, latencyMs, stopping));
    if (stopping.aborted) return { kind: "broken" };
    // Half of the lost answers break the connection, half come as a server's error: callers must take both for "unknown".
    if (chance(random, dropAnswers)) return { kind: chance(random, 0.5) ? "broken" : "garbled" };
    return { kind: "taken", message };
  };
}
