import type { Bus } from "../bus/bus.ts";
import type { CarrierAccess } from "../carrier-accounts/access.ts";
import { type CarrierMoodRecord, createCarrierMoods } from "../carriers/moods.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import type { Handlers, OutsideRoute } from "../http/route.ts";
import type { Logger } from "../logger.ts";
import type { RecentStops } from "../opt-ins/recent-stops.ts";
import type { Ids } from "../random.ts";
import type { Database } from "../store/database.ts";
import { type AnyWorkKind, workKind } from "../work/kind.ts";
import { carrierRoutes } from "./carrier-routes.ts";
import { lookUpKind } from "./look-up-queue.ts";
import { ANSWER_TIMEOUT_MS, sendKind } from "./outbound-queue.ts";
import { reconcileKind } from "./reconcile-kind.ts";
import { type MessagingOperation, messagingRoutes } from "./routes.ts";
import { createSendQueue } from "./send-queue.ts";

export interface MessagingParts {
  database: Database;
  log: EventLog;
  bus: Bus;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  carriers: CarrierAccess;
  publicUrl: string | undefined;
  onCarrierMood: (record: CarrierMoodRecord) => void;
  recentStops: RecentStops;
}

/** Conversations and the texts in them: the routes for people, the doors for carriers, and the work in between. */
export interface Messaging {
  readonly routes: Handlers<MessagingOperation>;
  readonly outside: readonly OutsideRoute[];
  readonly kinds: readonly AnyWorkKind[];
  /** Resolves when nothing is being accepted or received. */
  stop(): Promise<void>;
}

export function createMessaging(parts: MessagingParts): Messaging {
  const moods = createCarrierMoods({ ...parts, answerMs: ANSWER_TIMEOUT_MS, onChange: parts.onCarrierMood });
  const sends = createSendQueue(parts);
  const doors = carrierRoutes(parts);
  return {
    routes: messagingRoutes({ ...parts, sends }),
    outside: doors.routes,
    kinds: [
      workKind(sendKind({ ...parts, moods })),
      workKind(lookUpKind(parts)),
      workKind(reconcileKind({ ...parts, deliver: doors.deliver })),
    ],
    async stop() {
      await Promise.all([sends.settled(), doors.settled()]);
    },
  };
}
