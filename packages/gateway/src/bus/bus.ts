import type { EphemeralEventType, TenantId } from "@trunkline/protocol";
import type { Audience } from "../rights/sight.ts";

/**
 * What a wake-up is about: a tenant's log has grown, work has become due, or what a key or session may do has changed. A
 * signal is all there is: who types or looks, as streams show it.
 */
export type Wake =
  | { topic: "events"; tenantId: TenantId }
  | { topic: "work"; tenantId: TenantId; kind: string; lane: string }
  | { topic: "access"; tenantId: TenantId }
  | { topic: "signal"; tenantId: TenantId; type: EphemeralEventType; audience: Audience; body: string };

/**
 * Tells other parts, and other nodes, that it is worth looking at the store. Losing a wake-up costs a second of latency,
 * never data: whoever is woken reads the store, and looks anyway once a second. Publish after commit.
 */
export interface Bus {
  publish(wake: Wake): void;
  /** Returns the way out. A listener that throws is the bus's to report. */
  subscribe(listener: (wake: Wake) => void): () => void;
  close(): Promise<void>;
}
