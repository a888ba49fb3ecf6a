import { createApp } from "./app.ts";
import { createBroadcasts } from "./broadcasts/broadcasts.ts";
import { memoryBus } from "./bus/memory.ts";
import { toHex } from "./bytes.ts";
import { createCarrierAccess } from "./carrier-accounts/access.ts";
import { systemClock } from "./clock.ts";
import { createConsentWatch } from "./consent/watch.ts";
import { createEventHub } from "./events/hub.ts";
import { createEventLog } from "./events/log.ts";
import { signInAuditor } from "./http/audit.ts";
import { createAccess } from "./http/auth.ts";
import { createCors } from "./http/cors.ts";
import { makeSecret } from "./keys/secret.ts";
import { insertFirstOperatorKey } from "./keys/store.ts";
import { createRateLimiter } from "./limits/rate-limiter.ts";
import { silentLogger } from "./logger.ts";
import { createMaintenance } from "./maintenance.ts";
import { createMedia } from "./media/media.ts";
import { createMessaging } from "./messaging/messaging.ts";
import { MICROSOFT_CLOUDS } from "./microsoft/cloud.ts";
import { createEntraDoor } from "./microsoft/entra-door.ts";
import { createGraphClient } from "./microsoft/graph-client.ts";
import { createOptIns } from "./opt-ins/opt-ins.ts";
import { createRecentStops } from "./opt-ins/recent-stops.ts";
import { DEFAULTS, type Gateway, type GatewayOptions } from "./options.ts";
import { idSource, platformRandom } from "./random.ts";
import { storedCredentials } from "./rights/credentials.ts";
import { entraPeople } from "./rights/entra-people.ts";
import { createSealer } from "./seal/seal.ts";
import { createSearchBackfill } from "./search/backfill.ts";
import { openDatabase } from "./store/database.ts";
import { StoreUnavailable } from "./store/engine.ts";
import { migrate, type StoreInfo } from "./store/migrate.ts";
import { keepStatistics } from "./store/statistics.ts";
import { createTeamwork } from "./teamwork/teamwork.ts";
import { createTenantEraser } from "./tenants/erase.ts";
import { tenantsAllowing } from "./tenants/store.ts";
import { createWebhooks } from "./webhooks/webhooks.ts";
import { createWorker } from "./work/worker.ts";

/**
 * Makes a gateway of its parts. Nothing happens until `fetch` or `start()` is called.
 *
 * @throws TypeError when options contradict each other
 */
export function createGateway(options: GatewayOptions): Gateway {
  const {
    engine,
    masterKey,
    formerMasterKeys = DEFAULTS.formerMasterKeys,
    environment = DEFAULTS.environment,
    publicUrl,
    allowedOrigins = DEFAULTS.allowedOrigins,
    clock = systemClock(),
    random = platformRandom,
    fetch = (...request) => globalThis.fetch(...request), // browsers refuse it under another `this`
    outsideFetch = fetch,
    privateAddresses = environment === "sandbox" ? "loopback" : "refuse",
    logger = silentLogger,
    bus = memoryBus(logger),
    // PGlite belongs to one process at a time, which may as well take up its own work where it left it.
    node = engine.kind === "pglite" ? "pglite" : `node_${toHex(random(8))}`,
    leaseMs = DEFAULTS.leaseMs,
    requestsPerSecond = DEFAULTS.requestsPerSecond,
    onRequest = () => undefined,
    onCarrierMood = () => undefined,
    microsoft,
    media: mediaTools = null,
  } = options;
  checkPublicUrl(publicUrl);
  const database = openDatabase(engine);
  const ids = idSource(clock, random);
  const sealer = createSealer([masterKey, ...formerMasterKeys], random);
  const log = createEventLog({ database, bus, ids, clock });
  const auditSignIn = signInAuditor({ ids, clock });
  const people = entraPeople({ database, log, clock, ids, auditSignIn });
  const credentials = storedCredentials({ database, clock, people });
  const entra = microsoft && createEntraDoor({ microsoft, fetch, clock });
  const access = createAccess({ credentials, entra, bus, clock });
  const cors = createCors({
    allowedOrigins,
    tenantsAllowing: async (origin) => new Set(await database.system((tx) => tenantsAllowing(tx, origin))),
    bus,
    clock,
  });

  let opening: Promise<StoreInfo> | undefined;
  let store: StoreInfo | undefined;
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;
  const inFlight = new Set<Promise<Response>>();

  /** Opens the store; shared by all who wait for it, and tried again by the next one after a failure. */
  function open(): Promise<StoreInfo> {
    if (stopping !== undefined) return Promise.reject(new StoreUnavailable("the gateway has stopped"));
    opening ??= migrate(engine, { environment, newEpoch: () => toHex(random(8)) }).then(
      (info) => {
        store = info;
        return info;
      },
      (error: unknown) => {
        opening = undefined;
        throw error;
      },
    );
    return opening;
  }
  function epoch(): string {
    if (!store) throw new StoreUnavailable("the store has not been opened yet");
    return store.epoch;
  }

  const hub = createEventHub({ database, bus, clock, logger, epoch, access });
  const recentStops = createRecentStops(clock);
  const carriers = createCarrierAccess({ sealer, fetch: outsideFetch, clock, publicUrl });
  const messaging = createMessaging({
    database,
    log,
    bus,
    clock,
    ids,
    logger,
    carriers,
    publicUrl,
    onCarrierMood,
    recentStops,
  });
  const teamwork = createTeamwork({ database, log, bus, clock, ids });
  const broadcasts = createBroadcasts({ database, log, bus, clock, ids });
  const webhooks = createWebhooks({
    database,
    log,
    bus,
    clock,
    ids,
    random,
    logger,
    sealer,
    fetch: outsideFetch,
    privateAddresses,
    epoch,
  });
  const optIns = createOptIns({ database, log, bus, clock, ids, recentStops });
  const kinds = [...messaging.kinds, ...teamwork.kinds, ...broadcasts.kinds, ...webhooks.kinds, ...optIns.kinds];
  const worker = createWorker({ database, clock, logger, bus, node, leaseMs, kinds });
  const masterKeys = [masterKey, ...formerMasterKeys];
  const media = createMedia({ database, clock, ids, tools: mediaTools, masterKeys, publicUrl });
  const eraser = createTenantEraser({ database, logger, media: media.keeper });
  const maintenance = createMaintenance({ database, clock, logger, eraser, media: media.keeper });
  const searchBackfill = createSearchBackfill({ database, clock, logger });
  const statistics = keepStatistics({ engine, clock, logger });
  const graphOrigin = (microsoft?.cloud ?? MICROSOFT_CLOUDS.public).graph;
  const graph = microsoft && createGraphClient({ fetch, clock, origin: graphOrigin, attempts: 1 });
  const consent = {
    database,
    log,
    bus,
    clock,
    random,
    logger,
    sealer,
    auditSignIn,
    publicUrl,
    allowedOrigins,
    microsoft,
    graph,
  };
  const consentWatch = createConsentWatch(consent);
  const app = createApp({
    database,
    log,
    hub,
    messaging,
    media,
    teamwork,
    broadcasts,
    webhooks,
    optIns,
    bus,
    clock,
    ids,
    random,
    logger,
    sealer,
    access,
    cors,
    rates: createRateLimiter({ clock, requestsPerSecond }),
    eraser,
    carriers,
    privateAddresses,
    epoch,
    publicUrl,
    consent,
    onRequest,
    ready: async () => void (await open()),
  });

  return {
    fetch(request, host) {
      const answer = app(request, host);
      inFlight.add(answer);
      void answer.finally(() => inFlight.delete(answer));
      return answer;
    },
    start() {
      starting ??= open().then(
        () => {
          hub.start();
          worker.start();
          webhooks.start();
          maintenance.start();
          searchBackfill.start();
          statistics.start();
          consentWatch.start();
          logger.info({ node, environment, store: engine.kind }, "gateway started");
        },
        (error: unknown) => {
          starting = undefined;
          throw error;
        },
      );
      return starting;
    },
    stop() {
      stopping ??= (async () => {
        await starting?.catch(() => undefined); // whoever started it knows already
        const worked = worker.stop();
        await Promise.all([
          worked,
          webhooks.stop(worked),
          maintenance.stop(),
          searchBackfill.stop(),
          statistics.stop(),
          consentWatch.stop(),
          hub.stop(),
        ]);
        await messaging.stop();
        await Promise.allSettled(inFlight);
        access.stop();
        cors.stop();
        await bus.close();
        await opening?.catch(() => undefined); // likewise
        await database.close();
        logger.info({ node }, "gateway stopped");
      })();
      return stopping;
    },
    async idle() {
      for (let queued = -1; queued !== webhooks.queued; await webhooks.look()) {
        queued = webhooks.queued; // whatever is queued from here on may be missed by the worker's last look
        await worker.idle();
      }
      await hub.idle();
      await maintenance.idle();
      await searchBackfill.idle();
      await consentWatch.idle();
    },
    async firstOperatorKey() {
      await open();
      const { secret, trace } = await makeSecret("tlo", random);
      const key = { id: ids("key"), name: "first", ...trace };
      const isFirst = await database.system((tx) => insertFirstOperatorKey(tx, key, clock.now()));
      return isFirst ? secret : null;
    },
  };
}

function checkPublicUrl(publicUrl: string | undefined): void {
  if (publicUrl === undefined) return;
  const isUsable = URL.canParse(publicUrl) && /^https?:/.test(publicUrl) && !/[/?#]$/.test(publicUrl);
  if (!isUsable) throw new TypeError(`publicUrl must be an http(s) address without a slash at the end: ${publicUrl}`);
}
