import { type Actor, ROLES, type Role, type Tenant, type TenantId, type UpdateTenant } from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import type { EventLog } from "../events/log.ts";
import type { Audit } from "../http/audit.ts";
import { refusing } from "../http/broken-rule.ts";
import { once } from "../http/idempotency.ts";
import { openPage } from "../http/paging.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import type { Handlers } from "../http/route.ts";
import { lookAgainAtHeld } from "../messaging/held-texts.ts";
import { refuseUnfitQuietHours } from "../quiet-hours/refuse-policy.ts";
import type { Ids } from "../random.ts";
import { autoCloseLane, lookAtQuiet } from "../teamwork/auto-close-work.ts";
import type { TenantEraser } from "./erase.ts";
import { type TenantExportParts, tenantFile } from "./export.ts";
import {
  findTenant,
  insertTenant,
  listTenants,
  markDeleted,
  readTenant,
  suspendMicrosoft,
  toTenant,
  updateTenant,
} from "./store.ts";

export interface TenantParts extends TenantExportParts {
  log: EventLog;
  bus: Bus;
  ids: Ids;
  eraser: TenantEraser;
}

type TenantOperation =
  | "listTenants"
  | "createTenant"
  | "getTenant"
  | "updateTenant"
  | "deleteTenant"
  | "exportTenant"
  | "getOwnTenant"
  | "updateOwnTenant";

const TAKEN = {
  tenants_external_id_key: () =>
    new Refusal("conflict", { issues: [{ path: ["externalId"], message: "belongs to another tenant" }] }),
};

export function tenantRoutes(parts: TenantParts): Handlers<TenantOperation> {
  const { database, log, bus, clock, ids, eraser } = parts;
  const present = (tenant: Tenant | null): Tenant => {
    if (!tenant) throw notFound();
    return tenant;
  };
  /** Texts that the hours before held may leave now, or at another time. */
  async function quietHoursChanged(tenantId: TenantId, { sending, timeZone }: UpdateTenant): Promise<void> {
    if (sending?.quietHours === undefined && timeZone === undefined) return;
    const woken = await database.tenant(tenantId, (tx) => lookAgainAtHeld(tx, tenantId, null, clock.now()));
    for (const lane of woken) bus.publish({ topic: "work", ...lane });
  }
  /** Changes a tenant, and its organisation in Microsoft 365 with it. */
  async function change(
    tenantId: TenantId,
    given: UpdateTenant,
    { actor, audit }: { actor: Actor; audit: Audit },
  ): Promise<Tenant> {
    refuseUnfitSending(given);
    const tenant = await refusing(TAKEN, () =>
      log.transaction(tenantId, async (tx, record) => {
        const before = await readTenant(tx, tenantId, { lock: true });
        const changed = await updateTenant(tx, tenantId, given, clock.now());
        if (changed) await audit(tx, tenantId, { object: { kind: "tenant", id: tenantId }, before, after: changed });
        if (changed && given.teamwork?.closeAfter !== undefined) await lookAtQuiet(tx, tenantId, clock.now());
        const isSuspended = given.microsoft?.suspended;
        if (changed && isSuspended !== undefined) {
          await suspendMicrosoft(tx, tenantId, isSuspended, clock.now());
          record({ type: "consent.changed", data: { userId: null }, audience: {}, actor });
        }
        return changed;
      }),
    );
    bus.publish({ topic: "access", tenantId });
    await quietHoursChanged(tenantId, given);
    if (given.teamwork?.closeAfter !== undefined) bus.publish({ topic: "work", ...autoCloseLane(tenantId) });
    return present(tenant);
  }
  const find = async (ref: string) => present(await database.system((tx) => findTenant(tx, ref)));

  return {
    async listTenants({ query }) {
      const page = openPage("listTenants", query, ["id"]);
      const after = page.after?.[0] ?? null;
      const rows = await database.system((tx) => listTenants(tx, { after, limit: page.limit + 1 }));
      return page.answer(rows, (row) => [row.tenant_id], toTenant);
    },

    createTenant({ body, keyed, audit }) {
      refuseUnfitSending(body);
      return refusing(TAKEN, () =>
        database.system((tx) =>
          once(tx, keyed, async () => {
            const tenant = await insertTenant(tx, ids("tenant"), body, clock.now());
            await audit(tx, tenant.id, { object: { kind: "tenant", id: tenant.id }, before: null, after: tenant });
            return tenant;
          }),
        ),
      );
    },

    getTenant: ({ params }) => find(params.id),

    async updateTenant({ principal, params, body, audit }) {
      const { id } = await find(params.id);
      return change(id, body, { actor: { kind: "operator", id: principal.id }, audit });
    },

    async deleteTenant({ params }) {
      const { id } = await find(params.id);
      const isDeleted = await database.tenant(id, (tx) => markDeleted(tx, id, clock.now()));
      if (!isDeleted) throw notFound();
      bus.publish({ topic: "access", tenantId: id });
      eraser.begin(id);
    },

    async exportTenant({ params, audit }) {
      const { id } = await find(params.id);
      await database.tenant(id, (tx) =>
        audit(tx, id, { object: { kind: "tenant", id }, before: null, after: { exported: true } }),
      );
      return tenantFile(parts, id);
    },

    getOwnTenant: async ({ principal }) =>
      present(await database.tenant(principal.tenantId, (tx) => readTenant(tx, principal.tenantId))),

    async updateOwnTenant({ principal, body, audit }) {
      if (body.externalId !== undefined && principal.kind !== "operator") {
        throw new Refusal("operator_required", { detail: "A tenant's externalId is the operator's own." });
      }
      if (body.limits !== undefined && principal.kind !== "operator") {
        throw new Refusal("operator_required", { detail: "A tenant's limits are the operator's to set." });
      }
      refuseHigherRoles(principal.role, body);
      return change(principal.tenantId, body, { actor: principal.actor, audit });
    },
  };
}

function refuseUnfitSending({ sending }: Pick<UpdateTenant, "sending">): void {
  refuseUnfitQuietHours(sending?.quietHours, ["sending", "quietHours"]);
}

/** A session lifts nobody above its own role, itself included. */
function refuseHigherRoles(own: Role | null, { microsoft }: UpdateTenant): void {
  if (own === null || microsoft === undefined) return;
  const { role, appRoles = {}, groups = {} } = microsoft;
  const named = [...Object.values(appRoles), ...Object.values(groups), ...(role === undefined ? [] : [role])];
  const highest = ROLES.find((one) => named.includes(one)) ?? own;
  if (ROLES.indexOf(highest) >= ROLES.indexOf(own)) return;
  throw new Refusal("forbidden", {
    detail: "A session lifts nobody above its own role.",
    allowedRoles: ROLES.filter((one) => ROLES.indexOf(one) <= ROLES.indexOf(highest)),
  });
}
