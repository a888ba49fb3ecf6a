import { EPHEMERAL_EVENT_TYPES, isId } from "@trunkline/protocol";
import type { Wake } from "./bus.ts";

/** Wake-ups of one node on their way to the others. */
export interface WakeMessage {
  /** Which node speaks: nobody listens to themselves, because they have told themselves already. */
  from: string;
  wakes: Wake[];
}

export const writeWakes = (message: WakeMessage): string => JSON.stringify(message);

/** Reads what another node said; what is not understood, such as a newer node's topics, wakes nobody. */
export function readWakes(text: string): WakeMessage {
  const nothing: WakeMessage = { from: "", wakes: [] };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return nothing; // not from a gateway
  }
  if (typeof value !== "object" || value === null || !("from" in value) || !("wakes" in value)) return nothing;
  const { from, wakes } = value;
  if (typeof from !== "string" || !Array.isArray(wakes)) return nothing;
  return { from, wakes: wakes.filter(isWake) };
}

function isWake(value: unknown): value is Wake {
  if (typeof value !== "object" || value === null || !("topic" in value) || !("tenantId" in value)) return false;
  if (!isId("ten", value.tenantId)) return false;
  if (value.topic === "events" || value.topic === "access") return true;
  if (value.topic === "signal") return isSignal(value);
  if (value.topic !== "work" || !("kind" in value) || !("lane" in value)) return false;
  return typeof value.kind === "string" && typeof value.lane === "string";
}

function isSignal(value: object): boolean {
  if (!("type" in value) || !("audience" in value) || !("body" in value)) return false;
  const { type, audience, body } = value;
  const isAudience = typeof audience === "object" && audience !== null;
  return EPHEMERAL_EVENT_TYPES.some((known) => known === type) && isAudience && typeof body === "string";
}
