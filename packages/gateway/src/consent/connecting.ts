import type { NewEvent } from "../events/log.ts";
import type { AuditChange } from "../http/audit.ts";
import { speaksForOrganisation } from "../microsoft/standing.ts";
import type { Tx } from "../store/database.ts";
import { brokenConstraint } from "../store/engine.ts";
import { findUser, updateUser } from "../users/store.ts";
import type { ConsentParts } from "./parts.ts";
import {
  insertMicrosoftTenant,
  type MicrosoftTenantRow,
  noteErrors,
  putConnection,
  readConnection,
  readMicrosoftTenant,
  updateMicrosoftTenant,
} from "./store.ts";
import { sealTokens } from "./tokens.ts";
import type { Found, Trip } from "./trips.ts";
import { resourceOfName } from "./wanted.ts";

/** What becomes of somebody who has signed in at Microsoft. */
export type Connecting =
  | "connected"
  /** The account is nobody's here yet: the person must say that it is theirs. */
  | "to_confirm"
  /** The tenant is connected to another organisation, or the user to another account. */
  | "wrong_account"
  /** The organisation belongs to another tenant, or the account to another user. */
  | "taken"
  /** Nobody has connected the tenant, and this person may not. */
  | "not_mapped"
  /** Nobody has connected the tenant, and this person does not speak for the organisation. */
  | "needs_admin"
  /** The same, and Entra does not tell whether they do. */
  | "unknown_standing"
  | "suspended"
  /** The user is not there any more, or may not act. */
  | "gone";

/** What entra-errors.ts calls the account of another organisation. */
const OTHER_ACCOUNT = 50020;
/** What it calls a page that only an administrator gets past. */
const ADMIN_ONLY = 90094;

/**
 * Connects the user of a trip with the account that came back. The person is the account's tenant and object id, and
 * nothing else; which organisation a tenant belongs to is decided once, by somebody who may here and who is an
 * administrator there.
 */
export async function connect(parts: ConsentParts, trip: Trip, found: Found, agreed: boolean): Promise<Connecting> {
  const { log, bus, sealer } = parts;
  const { tenantId, row } = trip;
  if (row.user_id === null) return "gone";
  const tokens = await sealTokens(sealer, tenantId, row.user_id, found.tokens);
  let result: Connecting;
  try {
    result = await log.transaction(tenantId, (tx, record) => write(parts, tx, record, trip, found, tokens, agreed));
  } catch (error) {
    const constraint = brokenConstraint(error);
    if (constraint === "microsoft_tenants_by_microsoft" || constraint === "users_microsoft") return "taken";
    throw error;
  }
  if (result === "connected") bus.publish({ topic: "access", tenantId });
  return result;
}

type Record = (...events: NewEvent[]) => void;

// Lock order: the user, the organisation, the connection.
async function write(
  { clock, auditSignIn }: ConsentParts,
  tx: Tx,
  record: Record,
  { tenantId, row, facts }: Trip,
  found: Found,
  tokens: Uint8Array,
  agreed: boolean,
): Promise<Connecting> {
  const now = clock.now();
  const user = row.user_id && (await findUser(tx, tenantId, row.user_id, { lock: true }));
  if (!user || user.suspended) return "gone";
  const { microsoftTenantId, objectId } = found;
  const actor = { kind: "user", id: user.id } as const;
  const audience = { userId: user.id };
  const changed: NewEvent = { type: "consent.changed", data: { userId: user.id }, audience, actor };
  const told = (object: AuditChange["object"], after: object, was: object | null = null) =>
    auditSignIn(tx, tenantId, user.id, "connectMicrosoft", { object, before: was, after });
  const present = await readMicrosoftTenant(tx, tenantId, { lock: true });
  const isOther =
    (present !== null && present.microsoft_tenant_id !== microsoftTenantId) ||
    (user.microsoft !== null &&
      (user.microsoft.tenantId !== microsoftTenantId || user.microsoft.objectId !== objectId));
  if (isOther) {
    await noteErrors(tx, tenantId, user.id, [OTHER_ACCOUNT], now);
    record(changed);
    return "wrong_account";
  }
  if (present?.state === "suspended") return "suspended";
  if (present === null && !facts.mayMap) return "not_mapped";
  if (present === null && !speaksForOrganisation(found.standing)) {
    if (found.standing === "unknown") return "unknown_standing";
    await noteErrors(tx, tenantId, user.id, [ADMIN_ONLY], now);
    record(changed);
    return "needs_admin";
  }
  if (user.microsoft === null && !agreed) return "to_confirm";
  if (present === null) {
    await insertMicrosoftTenant(tx, tenantId, microsoftTenantId, now);
    record({ type: "consent.changed", data: { userId: null }, audience: {}, actor });
    await told({ kind: "microsoft", id: null }, { of: "tenant", tenantId: microsoftTenantId });
  }
  if (user.microsoft === null) {
    const linked = { tenantId: microsoftTenantId, objectId };
    const data = await updateUser(tx, tenantId, user.id, { microsoft: linked }, now);
    record({ type: "user.updated", data, audience: {}, actor });
    await told({ kind: "user", id: user.id }, data, user);
  }
  const before = await readConnection(tx, tenantId, user.id, { lock: true });
  const isSame = before?.microsoft_object_id === objectId;
  const others = isSame ? before.granted.filter((name) => resourceOfName(name) !== found.resource) : [];
  const granted = [...others, ...found.granted];
  const held = [...new Set([...(isSame ? before.held : []), ...granted])];
  await putConnection(
    tx,
    tenantId,
    { userId: user.id, microsoftTenantId, objectId, name: found.name, standing: found.standing, tokens, granted, held },
    now,
  );
  if (present !== null) await correct(tx, present, found, now);
  record(changed);
  if (!isSame) await told({ kind: "microsoft", id: user.id }, { of: "user", tenantId: microsoftTenantId, objectId });
  return "connected";
}

/** What was believed to hold for everybody, and does not for this person, does not hold for everybody. */
async function correct(tx: Tx, tenant: MicrosoftTenantRow, found: Found, now: number): Promise<void> {
  const { delegated, application } = tenant.granted;
  const rest = delegated.filter((name) => resourceOfName(name) !== found.resource || found.granted.includes(name));
  if (rest.length === delegated.length) return;
  await updateMicrosoftTenant(tx, tenant.tenant_id, { granted: { delegated: rest, application } }, now);
}
