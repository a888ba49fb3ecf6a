import { sql } from "kysely";
import { auditRoutes } from "./audit/routes.ts";
import type { Broadcasts } from "./broadcasts/broadcasts.ts";
import type { Bus } from "./bus/bus.ts";
import type { CarrierAccess } from "./carrier-accounts/access.ts";
import { carrierAccountRoutes } from "./carrier-accounts/routes.ts";
import type { Clock } from "./clock.ts";
import type { ConsentParts } from "./consent/parts.ts";
import { consentPages, consentRoutes } from "./consent/routes.ts";
import type { EventHub } from "./events/hub.ts";
import type { EventLog } from "./events/log.ts";
import { eventRoutes } from "./events/routes.ts";
import { filterRoutes } from "./filters/routes.ts";
import { groupRoutes } from "./groups/routes.ts";
import { auditor } from "./http/audit.ts";
import type { Access } from "./http/auth.ts";
import type { Cors } from "./http/cors.ts";
import type { Host } from "./http/outlet.ts";
import { createRouter } from "./http/router.ts";
import { serviceRoutes } from "./http/service-routes.ts";
import { keyRoutes } from "./keys/routes.ts";
import type { RateLimiter } from "./limits/rate-limiter.ts";
import { lineRoutes } from "./lines/routes.ts";
import type { Logger } from "./logger.ts";
import { meRoutes } from "./me/routes.ts";
import type { Media } from "./media/media.ts";
import type { Messaging } from "./messaging/messaging.ts";
import type { OptIns } from "./opt-ins/opt-ins.ts";
import type { RequestRecord } from "./options.ts";
import type { PrivateAddresses } from "./outside/public-address.ts";
import { permissionRoutes } from "./permissions/routes.ts";
import type { Ids, RandomBytes } from "./random.ts";
import type { Sealer } from "./seal/seal.ts";
import { searchRoutes } from "./search/routes.ts";
import { sessionRoutes } from "./sessions/routes.ts";
import type { Database } from "./store/database.ts";
import type { Teamwork } from "./teamwork/teamwork.ts";
import { templateRoutes } from "./templates/routes.ts";
import type { TenantEraser } from "./tenants/erase.ts";
import { tenantRoutes } from "./tenants/routes.ts";
import { userRoutes } from "./users/routes.ts";
import type { Webhooks } from "./webhooks/webhooks.ts";

export interface AppParts {
  database: Database;
  log: EventLog;
  hub: EventHub;
  messaging: Messaging;
  media: Media;
  teamwork: Teamwork;
  broadcasts: Broadcasts;
  webhooks: Webhooks;
  optIns: OptIns;
  bus: Bus;
  clock: Clock;
  ids: Ids;
  random: RandomBytes;
  logger: Logger;
  sealer: Sealer;
  access: Access;
  cors: Cors;
  rates: RateLimiter;
  eraser: TenantEraser;
  carriers: CarrierAccess;
  privateAddresses: PrivateAddresses;
  epoch: () => string;
  publicUrl: string | undefined;
  consent: ConsentParts;
  onRequest: (record: RequestRecord) => void;
  /** Opens the store; rejects while it is away. */
  ready: () => Promise<void>;
}

/** Hands every domain its parts and binds all their routes. */
export function createApp(parts: AppParts): (request: Request, host?: Host) => Promise<Response> {
  const { database, messaging, media, teamwork, optIns, broadcasts, webhooks, consent, publicUrl, ready } = parts;
  const checkStore = async () => {
    await ready();
    await database.system((tx) => sql`select 1`.execute(tx));
  };
  return createRouter({
    ...parts,
    audit: auditor(parts),
    handlers: {
      ...tenantRoutes(parts),
      ...keyRoutes(parts),
      ...sessionRoutes(parts),
      ...userRoutes(parts),
      ...groupRoutes(parts),
      ...carrierAccountRoutes(parts),
      ...lineRoutes(parts),
      ...meRoutes(parts),
      ...messaging.routes,
      ...media.routes,
      ...teamwork.routes,
      ...filterRoutes(parts),
      ...templateRoutes(parts),
      ...searchRoutes(parts),
      ...broadcasts.routes,
      ...webhooks.routes,
      ...auditRoutes(parts),
      ...optIns.routes,
      ...permissionRoutes(parts),
      ...consentRoutes(consent),
      ...eventRoutes(parts),
    },
    outside: [
      ...serviceRoutes({ publicUrl, checkStore }),
      ...messaging.outside,
      ...media.outside,
      ...consentPages(consent),
    ],
  });
}
