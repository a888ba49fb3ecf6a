import type { TenantId } from "@trunkline/protocol";
import { EntraRefused, EntraUnavailable } from "../microsoft/entra-client.ts";
import type { EntraStanding } from "../microsoft/standing.ts";
import { entraError } from "./entra-errors.ts";
import { type ConsentParts, entraOf } from "./parts.ts";
import {
  type ConnectionRow,
  connectionsToRenew,
  HOUR_MS,
  readConnection,
  readMicrosoftTenant,
  updateConnection,
  updateMicrosoftTenant,
} from "./store.ts";
import { openTokens, sealTokens } from "./tokens.ts";
import { applicationNames, delegatedNames, graphResource, resourceOfName } from "./wanted.ts";

/* Looks again at what holds, by tokens alone: what was granted can be taken back at any time, and nobody is told. */

/** Tokens are renewed after this time; a refresh token dies after 90 days without use. In milliseconds. */
const RENEW_MS = 12 * HOUR_MS;
/** Users of one tenant whose tokens are renewed in one round. */
const RENEWED_AT_ONCE = 100;
/** Numbers that say that a refresh token will never work again: it was revoked, or it has ended. */
const REVOKED_TOKENS = [50173];
const ENDED_TOKENS = [70008, 700082, 700084];
/** The number for missing consent. */
const NOT_CONSENTED = 65001;

/** `unavailable`: nothing is known, ask again later. */
export type Checked = "known" | "unavailable";

/** Reads what the app holds in a tenant's organisation. An event tells when that has changed. */
export async function checkTenant(parts: ConsentParts, tenantId: TenantId): Promise<Checked> {
  const { client, cloud } = entraOf(parts);
  const { database, log, logger, clock } = parts;
  const before = await database.tenant(tenantId, (tx) => readMicrosoftTenant(tx, tenantId));
  if (before?.state !== "connected") return "known"; // nothing is done in one that is suspended
  const microsoftTenantId = before.microsoft_tenant_id;
  let application: string[] | null;
  let errors: number[] = [];
  try {
    application = applicationNames(
      (await client.asApp({ tenant: microsoftTenantId, resource: graphResource(cloud) })).roles,
    );
  } catch (error) {
    if (error instanceof EntraUnavailable) return "unavailable";
    if (!(error instanceof EntraRefused)) throw error;
    logger.warn({ tenantId, codes: error.codes }, "Entra refused the gateway's own sign-in");
    errors = error.codes.filter(concernsApp);
    application = errors.some(isAppGone) ? [] : null;
  }
  await log.transaction(tenantId, async (tx, record) => {
    const row = await readMicrosoftTenant(tx, tenantId, { lock: true });
    if (row?.microsoft_tenant_id !== microsoftTenantId) return; // another organisation meanwhile
    const isGone = errors.some(isAppGone);
    const granted = {
      delegated: isGone ? [] : row.granted.delegated,
      application: application ?? row.granted.application,
    };
    const held = {
      delegated: union(row.held.delegated, granted.delegated),
      application: union(row.held.application, granted.application),
    };
    await updateMicrosoftTenant(tx, tenantId, { granted, held, errors, checkedAt: clock.now() }, clock.now());
    if (same(granted.application, row.granted.application) && same(errors, row.errors)) return;
    record({ type: "consent.changed", data: { userId: null }, audience: {}, actor: null });
  });
  return "known";
}

/** Renews the tokens of a tenant's users whose turn it is, and sees by it what still holds for them. */
export async function renewConnections(parts: ConsentParts, tenantId: TenantId): Promise<void> {
  const before = parts.clock.now() - RENEW_MS;
  const due = await parts.database.tenant(tenantId, async (tx) => {
    const isConnected = (await readMicrosoftTenant(tx, tenantId))?.state === "connected";
    return isConnected ? connectionsToRenew(tx, tenantId, before, RENEWED_AT_ONCE) : [];
  });
  for (const connection of due) await renew(parts, tenantId, connection);
}

/** What a renewal found out. */
type Renewal =
  | {
      readonly kind: "renewed";
      readonly names: string[];
      readonly standing: EntraStanding;
      readonly tokens: Uint8Array;
    }
  | { readonly kind: "refused"; readonly codes: number[] };

async function renew(parts: ConsentParts, tenantId: TenantId, connection: ConnectionRow): Promise<void> {
  const { log, clock } = parts;
  const { user_id: userId } = connection;
  const renewal = await tryToRenew(parts, tenantId, connection);
  if (renewal === null) return;
  await log.transaction(tenantId, async (tx, record) => {
    const row = await readConnection(tx, tenantId, userId, { lock: true });
    if (row?.renewed_at.getTime() !== connection.renewed_at.getTime()) return; // connected again meanwhile
    const now = clock.now();
    const renewedAt = { renewed_at: new Date(now) };
    if (renewal.kind === "renewed") {
      const others = row.granted.filter((name) => resourceOfName(name) !== "graph");
      const granted = [...others, ...renewal.names];
      const { standing, tokens } = renewal;
      const change = { granted, held: union(row.held, granted), errors: [], ends_at: null, standing, tokens };
      await updateConnection(tx, tenantId, userId, { ...change, ...renewedAt }, now);
      if (same(granted, row.granted) && row.errors.length === 0 && row.standing === standing) return;
    } else {
      const { codes } = renewal;
      const hasEnded = codes.some((code) => ENDED_TOKENS.includes(code));
      const isDead = hasEnded || codes.some((code) => REVOKED_TOKENS.includes(code));
      const isRevoked = codes.includes(NOT_CONSENTED);
      const change = {
        errors: codes,
        ...(isRevoked ? { granted: [] } : {}),
        ...(isDead ? { tokens: null } : {}),
        ...(hasEnded ? { ends_at: new Date(now) } : {}),
      };
      await updateConnection(tx, tenantId, userId, { ...change, ...renewedAt }, now);
      if (same(codes, row.errors)) return;
    }
    record({ type: "consent.changed", data: { userId }, audience: { userId }, actor: null });
  });
}

async function tryToRenew(
  parts: ConsentParts,
  tenantId: TenantId,
  { user_id: userId, tokens }: ConnectionRow,
): Promise<Renewal | null> {
  const { sealer } = parts;
  if (tokens === null) return null;
  try {
    // Without naming any: Entra tells all that hold, and refuses nothing because one is missing.
    const signIn = await entraOf(parts).client.renew({
      tokens: await openTokens(sealer, tenantId, userId, tokens),
      scopes: [],
    });
    const renewed = await sealTokens(sealer, tenantId, userId, signIn.tokens);
    const names = delegatedNames(signIn.scopes, "graph");
    return { kind: "renewed", names, standing: signIn.account.standing, tokens: renewed };
  } catch (error) {
    if (error instanceof EntraRefused) return { kind: "refused", codes: codesOf(error) };
    if (error instanceof EntraUnavailable) return null;
    throw error;
  }
}

/** The numbers of a refusal; one without any still asks for a fresh sign-in. */
export const codesOf = ({ codes }: EntraRefused): number[] => (codes.length > 0 ? [...codes] : [0]);

function concernsApp(code: number): boolean {
  const error = entraError(code);
  return error.kind === "blocked" && error.of === "app";
}

/** The app is not there any more, or switched off, so that nothing of it holds. */
function isAppGone(code: number): boolean {
  const error = entraError(code);
  return error.kind === "blocked" && (error.next === "check_tenant" || error.next === "enable_app");
}

const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])];

const same = <Item>(a: readonly Item[], b: readonly Item[]): boolean =>
  a.length === b.length && a.every((item) => b.includes(item));
