import type { TenantId } from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import type { LaneName } from "../work/queue.ts";

/** Lanes that were given work in transactions still open. One noted for a transaction that rolls back is woken for nothing. */
export interface LaneWakes {
  note(lane: LaneName): void;
  /** Wakes what was noted for a tenant; call it after the commit. */
  publish(tenantId: TenantId): void;
}

export function laneWakes(bus: Bus): LaneWakes {
  const noted = new Map<string, LaneName>();
  return {
    note(lane) {
      noted.set(`${lane.tenantId} ${lane.kind} ${lane.lane}`, lane);
    },
    publish(tenantId) {
      for (const [key, lane] of noted) {
        if (lane.tenantId !== tenantId) continue;
        noted.delete(key);
        bus.publish({ topic: "work", ...lane });
      }
    },
  };
}
