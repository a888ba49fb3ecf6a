import {
  type LineId,
  type MicrosoftSettings,
  ROLES,
  type Role,
  type TenantId,
  toStorableText,
  type UpdateTenantLimits,
} from "@trunkline/protocol";
import { type Selectable, sql } from "kysely";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import type { SignInAudit } from "../http/audit.ts";
import type { Standing } from "../http/auth.ts";
import { Refusal } from "../http/refusal.ts";
import type { EntraPerson } from "../microsoft/entra-tokens.ts";
import type { Ids } from "../random.ts";
import type { Database, Tx } from "../store/database.ts";
import { brokenConstraint } from "../store/engine.ts";
import type { Tables } from "../store/tables.ts";
import { toMicrosoft } from "../tenants/settings.ts";
import { insertUser, toUser, type UserRow } from "../users/store.ts";
import { linesOf } from "./lines-of.ts";
import type { Principal } from "./principal.ts";
import { userPrincipal } from "./user-principal.ts";

export interface EntraPeopleParts {
  database: Database;
  log: EventLog;
  clock: Clock;
  ids: Ids;
  auditSignIn: SignInAudit;
}

/** Finds who bears a token of Microsoft Entra: the user with that Microsoft tenant and object id, whatever their name. */
export interface EntraPeople {
  /**
   * The user of a token that was judged to be true; where the tenant's policy says so, one is made.
   *
   * @throws Refusal tenant_not_connected, forbidden
   */
  admit(person: EntraPerson): Promise<Standing<Principal>>;
  /** Looks again at somebody who was admitted before, as the same user. */
  again(principal: Principal): Promise<Standing<Principal>>;
}

interface PersonRow extends UserRow {
  line_ids: LineId[];
}

/** What is known of a token's tenant and person. */
interface Found {
  readonly tenantId: TenantId;
  readonly limits: UpdateTenantLimits;
  readonly settings: MicrosoftSettings;
  readonly isSuspended: boolean;
  readonly row: PersonRow | null;
}

const NOT_CONNECTED =
  "Nobody has connected this Microsoft 365 organisation. Somebody with the role owner or admin, or a key, asks for the page that does it with POST /v1/consent/connect; docs/microsoft.md tells how.";
const NOT_LET_IN =
  "Microsoft knows you, but nobody here has let you in. An admin gives your Microsoft account to a user, with PATCH /v1/users/{id}, or lets everybody of the organisation in, with PATCH /v1/tenant and microsoft.provisioning.";
const SUSPENDED = "An admin has suspended sign-in with Microsoft for this tenant.";

export function entraPeople({ database, log, clock, ids, auditSignIn }: EntraPeopleParts): EntraPeople {
  const persons = new WeakMap<Principal, EntraPerson>();

  async function find(person: EntraPerson): Promise<Found | null> {
    const place = await database.system((tx) =>
      tx
        .selectFrom("microsoft_tenants")
        .select(["tenant_id", "state"])
        .where("microsoft_tenant_id", "=", person.tenantId)
        .executeTakeFirst(),
    );
    if (!place) return null;
    const tenantId = place.tenant_id;
    return database.tenant(tenantId, async (tx) => {
      const tenant = await readSettings(tx, tenantId);
      if (!tenant) return null;
      const settings = toMicrosoft(tenant.microsoft);
      const isSuspended = settings.suspended || place.state === "suspended";
      return { tenantId, limits: tenant.limits, settings, isSuspended, row: await readPerson(tx, tenantId, person) };
    });
  }

  function stand(person: EntraPerson, { tenantId, limits, settings }: Found, row: PersonRow): Standing<Principal> {
    if (row.suspended) return { kind: "gone", reason: "suspended" };
    const user = toUser(row);
    const principal = userPrincipal({
      kind: "entra",
      id: user.id,
      tenantId,
      user,
      role: roleOf(person, settings) ?? user.role,
      scope: {},
      limits,
      lineIds: row.line_ids,
      expiresAt: person.expiresAt,
    });
    persons.set(principal, person);
    return { kind: "stands", principal };
  }

  /** Makes the user, unless another request has just done so. */
  async function provision(person: EntraPerson, { tenantId, settings }: Found): Promise<void> {
    try {
      await log.transaction(tenantId, async (tx, record) => {
        const { tenantId: microsoftTenantId, objectId } = person;
        const fresh = {
          externalId: null,
          name: nameOf(person),
          email: null, // an address changes hands, and nobody has proved that this one is theirs
          microsoft: { tenantId: microsoftTenantId, objectId },
          role: settings.role,
        };
        const user = await insertUser(tx, tenantId, ids("user"), fresh, clock.now());
        if (!user) return;
        record({ type: "user.updated", data: user, audience: {}, actor: { kind: "user", id: user.id } });
        const change = { object: { kind: "user", id: user.id }, before: null, after: user };
        await auditSignIn(tx, tenantId, user.id, "provisionUser", change);
      });
    } catch (error) {
      if (brokenConstraint(error) !== "users_microsoft") throw error;
    }
  }

  return {
    async admit(person) {
      let found = await find(person);
      if (!found) throw new Refusal("tenant_not_connected", { detail: NOT_CONNECTED });
      if (found.isSuspended) return { kind: "gone", reason: "suspended", detail: SUSPENDED };
      if (!found.row && found.settings.provisioning === "create") {
        await provision(person, found);
        found = (await find(person)) ?? found;
      }
      if (!found.row) throw new Refusal("forbidden", { detail: NOT_LET_IN });
      return stand(person, found, found.row);
    },

    async again(principal) {
      const person = persons.get(principal);
      const found = person && (await find(person));
      if (found?.isSuspended) return { kind: "gone", reason: "suspended", detail: SUSPENDED };
      if (!person || !found?.row || found.tenantId !== principal.tenantId || found.row.id !== principal.user?.id) {
        return { kind: "gone", reason: "session_revoked" };
      }
      if (person.expiresAt <= clock.now()) return { kind: "gone", reason: "token_expired" };
      return stand(person, found, found.row);
    },
  };
}

async function readSettings(
  tx: Tx,
  tenantId: TenantId,
): Promise<Pick<Selectable<Tables["tenants"]>, "limits" | "microsoft"> | undefined> {
  return tx
    .selectFrom("tenants")
    .select(["limits", "microsoft"])
    .where("tenant_id", "=", tenantId)
    .where("deleting_at", "is", null)
    .executeTakeFirst();
}

async function readPerson(tx: Tx, tenantId: TenantId, person: EntraPerson): Promise<PersonRow | null> {
  const { rows } = await sql<PersonRow>`
    select u.*, ${linesOf("u")} as line_ids
    from users u where u.tenant_id = ${tenantId} and u.microsoft_tenant_id = ${person.tenantId}
      and u.microsoft_object_id = ${person.objectId}`.execute(tx);
  return rows[0] ?? null;
}

/**
 * The role that the tenant's settings give to what a token carries, or null when they give none: an app role goes before
 * any group, and of several the highest counts. Groups that are too many to stand in the token give nothing.
 */
function roleOf({ roles, groups }: EntraPerson, settings: MicrosoftSettings): Role | null {
  return highest(roles, settings.appRoles) ?? highest(groups ?? [], lowerCased(settings.groups));
}

function highest(names: readonly string[], roles: Readonly<Record<string, Role>>): Role | null {
  const given = new Set(names.flatMap((name) => (Object.hasOwn(roles, name) ? [roles[name]] : [])));
  return ROLES.find((role) => given.has(role)) ?? null;
}

const lowerCased = (groups: Readonly<Record<string, Role>>): Record<string, Role> =>
  Object.fromEntries(Object.entries(groups).map(([name, role]) => [name.toLowerCase(), role]));

const MAX_NAME = 200;

function nameOf({ name, username }: EntraPerson): string {
  for (const given of [name, username]) {
    const fit = toStorableText((given ?? "").slice(0, MAX_NAME)).trim();
    if (fit !== "") return fit;
  }
  return "Somebody of Microsoft 365";
}
