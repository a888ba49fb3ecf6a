import type { TenantId } from "@trunkline/protocol";
import { type Credential, type WarningDays, watchCredentials } from "../microsoft/credentials-watch.ts";
import { checkTenant, renewConnections } from "./check.ts";
import type { ConsentParts } from "./parts.ts";
import { claimCheck, connectedTenants, HOUR_MS, keepWarning, tenantsToCheck, warningsGiven } from "./store.ts";

/** Looks again and again at what organisations have granted, and at how long the gateway's own credentials last. */
export interface ConsentWatch {
  start(): void;
  /** Resolves when nothing is being looked at. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** Between two rounds, in milliseconds; each tenant has its turn once an hour. */
const ROUND_MS = 60_000;
/** Tenants of one round. */
const AT_ONCE = 100;
/** When a tenant is asked for again while Entra does not answer. */
const AGAIN_MS = 5 * 60_000;

export function createConsentWatch(parts: ConsentParts): ConsentWatch {
  const { clock, database, logger, microsoft } = parts;
  let isStopped = false;
  let cancel: (() => void) | undefined;
  let running: Promise<void> | undefined;

  function plan(): void {
    if (!isStopped) cancel = clock.at(clock.now() + ROUND_MS, run);
  }

  function run(): void {
    running = round()
      .catch((error: unknown) => logger.warn({ error }, "Microsoft 365 could not be looked at; it is tried again"))
      .finally(() => {
        running = undefined;
        plan();
      });
  }

  async function round(): Promise<void> {
    if (microsoft === undefined) return;
    await warn(parts, microsoft.credentials);
    const before = clock.now() - HOUR_MS;
    for (const tenantId of await database.system((tx) => tenantsToCheck(tx, before, AT_ONCE))) {
      if (isStopped) return;
      // Whoever claims it first has it for this hour, so that nodes do not ask twice.
      const isOurs = await database.tenant(tenantId, (tx) => claimCheck(tx, tenantId, before, clock.now()));
      if (isOurs) await look(tenantId);
    }
  }

  async function look(tenantId: TenantId): Promise<void> {
    try {
      if ((await checkTenant(parts, tenantId)) === "unavailable") await later(tenantId);
      else await renewConnections(parts, tenantId);
    } catch (error) {
      logger.warn({ error, tenantId }, "what an organisation has granted could not be read; it is tried again");
      await later(tenantId);
    }
  }

  async function later(tenantId: TenantId): Promise<void> {
    const at = clock.now() - HOUR_MS + AGAIN_MS;
    await database.tenant(tenantId, (tx) => claimCheck(tx, tenantId, clock.now(), at));
  }

  return {
    start() {
      if (microsoft !== undefined && cancel === undefined && running === undefined) run();
    },
    async idle() {
      await running;
    },
    async stop() {
      isStopped = true;
      cancel?.();
      await running;
    },
  };
}

/** Tells every connected tenant, and the log, of a credential that ends soon; of each threshold once. */
async function warn({ database, log, clock, logger }: ConsentParts, credentials: readonly Credential[]): Promise<void> {
  const given = await database.system((tx) => warningsGiven(tx));
  const { warnings } = watchCredentials(credentials, given, clock.now());
  if (warnings.length === 0) return;
  const tenants = await database.system((tx) => connectedTenants(tx));
  for (const { credentialId, kind, days, expiresAt, replaced } of warnings) {
    logger.warn({ credentialId, kind, days, replaced }, "a credential of the Microsoft app registration ends soon");
    const data = { credentialId, kind, days, expiresAt: new Date(expiresAt).toISOString(), replaced };
    for (const tenantId of tenants) {
      await log.transaction(tenantId, async (_, record) =>
        record({ type: "credential.expiring", data, audience: {}, actor: null }),
      );
    }
    // Last, so that after a crash some hear of it twice rather than somebody never.
    await database.system((tx) => keepWarning(tx, credentialId, days satisfies WarningDays, clock.now()));
  }
}
