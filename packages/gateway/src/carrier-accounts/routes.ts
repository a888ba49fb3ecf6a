import type { Carrier, CarrierAccount } from "@trunkline/protocol";
import { CredentialsRefused } from "../carriers/carrier.ts";
import { CARRIER_ADAPTERS } from "../carriers/registry.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import { refusing } from "../http/broken-rule.ts";
import { once } from "../http/idempotency.ts";
import { openPage } from "../http/paging.ts";
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import type { Handlers } from "../http/route.ts";
import { refuseAddress } from "../outside/address-check.ts";
import type { PrivateAddresses } from "../outside/public-address.ts";
import type { Ids } from "../random.ts";
import type { Sealer } from "../seal/seal.ts";
import type { Database } from "../store/database.ts";
import { sealCredentials } from "./credentials.ts";
import {
  deleteCarrierAccount,
  findCarrierAccount,
  insertCarrierAccount,
  listCarrierAccounts,
  toCarrierAccount,
  updateCarrierAccount,
} from "./store.ts";

export interface CarrierAccountParts {
  database: Database;
  log: EventLog;
  clock: Clock;
  ids: Ids;
  sealer: Sealer;
  fetch: typeof globalThis.fetch;
  privateAddresses: PrivateAddresses;
}

type CarrierAccountOperation =
  | "listCarrierAccounts"
  | "createCarrierAccount"
  | "getCarrierAccount"
  | "updateCarrierAccount"
  | "deleteCarrierAccount";

const IN_USE = {
  lines_carrier_account: () =>
    new Refusal("conflict", { detail: "A line uses this carrier account. Remove its lines first." }),
};

export function carrierAccountRoutes({
  database,
  log,
  clock,
  ids,
  sealer,
  fetch,
  privateAddresses,
}: CarrierAccountParts): Handlers<CarrierAccountOperation> {
  const present = (account: CarrierAccount | null): CarrierAccount => {
    if (!account) throw notFound();
    return account;
  };

  /** Asks the adapter, which knows what its vendor needs; nothing is sent anywhere. */
  function checkCredentials(carrier: Carrier, credentials: Record<string, string>): void {
    try {
      CARRIER_ADAPTERS[carrier](credentials, { fetch, now: () => clock.now(), webhooks: null });
    } catch (error) {
      if (error instanceof CredentialsRefused) throw invalid(["credentials"], error.message);
      throw error;
    }
    const { baseUrl } = credentials;
    const wrong = baseUrl === undefined ? null : refuseAddress(baseUrl, privateAddresses, "web");
    if (wrong !== null) throw invalid(["credentials", "baseUrl"], wrong);
  }

  return {
    async listCarrierAccounts({ principal: { tenantId }, query }) {
      const page = openPage("listCarrierAccounts", query, ["id"]);
      const after = page.after?.[0] ?? null;
      const rows = await database.tenant(tenantId, (tx) =>
        listCarrierAccounts(tx, tenantId, { after, limit: page.limit + 1 }),
      );
      return page.answer(rows, (row) => [row.id], toCarrierAccount);
    },

    async createCarrierAccount({ principal: { tenantId, actor }, body, keyed }) {
      const { carrier, name, credentials, keywordAnswers = "gateway" } = body;
      checkCredentials(carrier, credentials);
      const id = ids("carrierAccount");
      const sealed = await sealCredentials(sealer, tenantId, id, credentials);
      return log.transaction(tenantId, (tx, record) =>
        once(tx, keyed, async () => {
          const account = await insertCarrierAccount(
            tx,
            tenantId,
            id,
            { carrier, name, keywordAnswers, credentials: sealed },
            clock.now(),
          );
          record({ type: "carrier_account.updated", data: account, audience: {}, actor });
          return account;
        }),
      );
    },

    getCarrierAccount: async ({ principal: { tenantId }, params: { id } }) =>
      present(await database.tenant(tenantId, (tx) => findCarrierAccount(tx, tenantId, id))),

    async updateCarrierAccount({ principal: { tenantId, actor }, params: { id }, body }) {
      const { name, credentials, keywordAnswers } = body;
      const sealed = credentials && (await sealCredentials(sealer, tenantId, id, credentials));
      return log.transaction(tenantId, async (tx, record) => {
        const { carrier } = present(await findCarrierAccount(tx, tenantId, id));
        if (credentials) checkCredentials(carrier, credentials);
        const change = {
          ...(name === undefined ? {} : { name }),
          ...(keywordAnswers === undefined ? {} : { keywordAnswers }),
          ...(sealed ? { credentials: sealed } : {}),
        };
        const account = present(await updateCarrierAccount(tx, tenantId, id, change, clock.now()));
        record({ type: "carrier_account.updated", data: account, audience: {}, actor });
        return account;
      });
    },

    async deleteCarrierAccount({ principal: { tenantId }, params: { id } }) {
      const deleted = await refusing(IN_USE, () =>
        database.tenant(tenantId, (tx) => deleteCarrierAccount(tx, tenantId, id)),
      );
      if (!deleted) throw notFound();
    },
  };
}
