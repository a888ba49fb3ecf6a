import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import type { Handlers } from "../http/route.ts";
import { laneWakes } from "../messaging/lane-wakes.ts";
import type { Ids } from "../random.ts";
import type { Database } from "../store/database.ts";
import { type AnyWorkKind, type WorkKind, workKind } from "../work/kind.ts";
import { BROADCAST_KIND, type BroadcastPayload } from "./broadcast-kind.ts";
import { BroadcastTurn } from "./broadcast-turn.ts";
import { type BroadcastOperation, broadcastRoutes } from "./routes.ts";

export interface BroadcastParts {
  database: Database;
  log: EventLog;
  bus: Bus;
  clock: Clock;
  ids: Ids;
}

/** One text to many: the routes for people, and the work that gives every recipient their text. */
export interface Broadcasts {
  readonly routes: Handlers<BroadcastOperation>;
  readonly kinds: readonly AnyWorkKind[];
}

/** Looks at one broadcast that a turn takes at once; one serves them all. */
const WINDOW = 64;

export function createBroadcasts(parts: BroadcastParts): Broadcasts {
  const { bus } = parts;
  const wakes = laneWakes(bus);
  const kind: WorkKind<BroadcastPayload, never, never> = {
    kind: BROADCAST_KIND,
    window: WINDOW,
    open: (tx, tenantId, items) => BroadcastTurn.open(tx, tenantId, items, { ...parts, wakes }),
    perform: () => Promise.reject(new TypeError("a look at a broadcast is never performed outside its turn")),
    committed(tenantId) {
      bus.publish({ topic: "events", tenantId });
      wakes.publish(tenantId);
    },
  };
  return { routes: broadcastRoutes(parts), kinds: [workKind(kind)] };
}
