import { type CreatedKey, type KeyScope, PERMISSIONS, type Permission } from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import { openPage } from "../http/paging.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import type { Handlers } from "../http/route.ts";
import type { Ids, RandomBytes } from "../random.ts";
import type { Database } from "../store/database.ts";
import { makeSecret } from "./secret.ts";
import { deleteKey, insertKey, listKeys, lockKey, replaceSecret, toKey } from "./store.ts";

export interface KeyParts {
  database: Database;
  bus: Bus;
  clock: Clock;
  ids: Ids;
  random: RandomBytes;
}

export function keyRoutes({
  database,
  bus,
  clock,
  ids,
  random,
}: KeyParts): Handlers<"listKeys" | "createKey" | "deleteKey" | "rotateKey"> {
  return {
    async listKeys({ principal: { tenantId }, query }) {
      const page = openPage("listKeys", query, ["id"]);
      const after = page.after?.[0] ?? null;
      const rows = await database.tenant(tenantId, (tx) => listKeys(tx, tenantId, { after, limit: page.limit + 1 }));
      return page.answer(rows, (row) => [row.id], toKey);
    },

    async createKey({ principal: { tenantId, permissions }, body: { name, scopes = ownScopes(permissions) }, audit }) {
      refuseWider(scopes, permissions);
      const { secret, trace } = await makeSecret("tlk", random);
      const key = await database.tenant(tenantId, async (tx) => {
        const made = await insertKey(
          tx,
          tenantId,
          { id: ids("key"), name, scopes: [...new Set(scopes)], ...trace },
          clock.now(),
        );
        await audit(tx, tenantId, { object: { kind: "key", id: made.id }, before: null, after: made });
        return made;
      });
      return { ...key, key: secret } satisfies CreatedKey;
    },

    async deleteKey({ principal: { tenantId }, params: { id }, audit }) {
      await database.tenant(tenantId, async (tx) => {
        const before = await lockKey(tx, tenantId, id);
        if (!before || !(await deleteKey(tx, tenantId, id))) throw notFound();
        await audit(tx, tenantId, { object: { kind: "key", id }, before, after: null });
      });
      bus.publish({ topic: "access", tenantId });
    },

    async rotateKey({ principal: { tenantId, permissions }, params: { id }, audit }) {
      const { secret, trace } = await makeSecret("tlk", random);
      const key = await database.tenant(tenantId, async (tx) => {
        const present = await lockKey(tx, tenantId, id);
        if (!present) throw notFound();
        refuseWider(present.scopes, permissions); // its new secret would open what the caller may not
        const after = await replaceSecret(tx, tenantId, id, trace);
        await audit(tx, tenantId, { object: { kind: "key", id }, before: present, after, secrets: ["key"] });
        return after;
      });
      bus.publish({ topic: "access", tenantId });
      return { ...key, key: secret } satisfies CreatedKey;
    },
  };
}

/** All that the maker may do: what a key gets when nobody names its scopes. */
function ownScopes(permissions: ReadonlySet<Permission>): KeyScope[] {
  return holdsAll(permissions) ? ["*"] : PERMISSIONS.filter((permission) => permissions.has(permission));
}

/** Nobody hands on a right that they do not hold. */
function refuseWider(scopes: readonly KeyScope[], permissions: ReadonlySet<Permission>): void {
  const wider = scopes.filter((scope) => (scope === "*" ? !holdsAll(permissions) : !permissions.has(scope)));
  if (wider.length === 0) return;
  throw new Refusal("forbidden", {
    detail: `You cannot give a key a scope that you do not hold yourself: ${wider.join(", ")}.`,
  });
}

const holdsAll = (permissions: ReadonlySet<Permission>): boolean =>
  PERMISSIONS.every((permission) => permissions.has(permission));
