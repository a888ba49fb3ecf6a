import type { Carrier, CarrierAccount, CarrierAccountId, TenantId } from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import { CarrierTrouble, type Credentials, CredentialsRefused, type Carrier as Speaking } from "../carriers/carrier.ts";
import { KEYWORD_ANSWERS } from "../carriers/registry.ts";
import { type Clock, withDeadline } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import { refusing } from "../http/broken-rule.ts";
import { once } from "../http/idempotency.ts";
import { openPage } from "../http/paging.ts";
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import type { Handlers } from "../http/route.ts";
import { findLinesByNumber } from "../lines/store.ts";
import { newReconcile, RECONCILE_KIND } from "../messaging/reconcile-work.ts";
import { refuseAddress } from "../outside/address-check.ts";
import type { PrivateAddresses } from "../outside/public-address.ts";
import type { Ids } from "../random.ts";
import type { Sealer } from "../seal/seal.ts";
import type { Database } from "../store/database.ts";
import { enqueue } from "../work/queue.ts";
import { type CarrierAccess, readAccount } from "./access.ts";
import { sealCredentials } from "./credentials.ts";
import { showAccount } from "./show-account.ts";
import {
  deleteCarrierAccount,
  findCarrierAccount,
  insertCarrierAccount,
  listCarrierAccounts,
  type StoredAccount,
  toStoredAccount,
  updateCarrierAccount,
} from "./store.ts";

export interface CarrierAccountParts {
  database: Database;
  log: EventLog;
  clock: Clock;
  ids: Ids;
  sealer: Sealer;
  carriers: CarrierAccess;
  bus: Bus;
  privateAddresses: PrivateAddresses;
}

type CarrierAccountOperation =
  | "listCarrierAccounts"
  | "createCarrierAccount"
  | "getCarrierAccount"
  | "updateCarrierAccount"
  | "deleteCarrierAccount"
  | "testCarrierAccount"
  | "listCarrierNumbers";

/** How long a carrier is waited for while somebody waits for us, in milliseconds. */
const ASK_MS = 10_000;

const IN_USE = {
  lines_carrier_account: () =>
    new Refusal("conflict", { detail: "A line uses this carrier account. Remove its lines first." }),
  lines_fallback_account: () =>
    new Refusal("conflict", {
      detail: "A line falls back to this carrier account. Give it another one, or none, first.",
    }),
};

export function carrierAccountRoutes({
  database,
  log,
  clock,
  ids,
  sealer,
  carriers,
  bus,
  privateAddresses,
}: CarrierAccountParts): Handlers<CarrierAccountOperation> {
  const shown = (account: StoredAccount): CarrierAccount => showAccount(account, carriers, clock.now());

  const present = (account: StoredAccount | null): StoredAccount => {
    if (!account) throw notFound();
    return account;
  };

  /**
   * Asks the carrier whether it takes the credentials, before they are kept. A carrier that cannot be reached says
   * nothing about them: then they are kept as they are.
   */
  async function checkCredentials(
    carrier: Carrier,
    id: CarrierAccountId,
    credentials: Credentials,
    asker: AbortSignal,
  ): Promise<Speaking> {
    const { baseUrl } = credentials;
    const wrong = baseUrl === undefined ? null : refuseAddress(baseUrl, privateAddresses, "web");
    if (wrong !== null) throw invalid(["credentials", "baseUrl"], wrong);
    const speaking = speak(carrier, id, credentials);
    const check = await ask(speaking, asker);
    if (check.kind === "refused") throw invalid(["credentials"], `The carrier refuses them: ${check.message}`);
    return speaking;
  }

  function speak(carrier: Carrier, id: CarrierAccountId, credentials: Credentials): Speaking {
    try {
      return carriers.speak(carrier, id, credentials);
    } catch (error) {
      if (error instanceof CredentialsRefused) throw invalid(["credentials"], error.message);
      throw error;
    }
  }

  const ask = (carrier: Speaking, asker: AbortSignal) =>
    withDeadline(clock, ASK_MS, asker, (signal) => carrier.check({ signal }));

  /** The account's carrier, to be spoken with outside of any transaction. */
  async function reach(tenantId: TenantId, id: CarrierAccountId): Promise<Speaking> {
    const account = await database.tenant(tenantId, (tx) => readAccount(tx, tenantId, id));
    if (!account) throw notFound();
    const carrier = await carriers.open(tenantId, account);
    if (!carrier)
      throw new Refusal("conflict", { detail: "The account's credentials cannot be used. Save them again." });
    return carrier;
  }

  return {
    async listCarrierAccounts({ principal: { tenantId }, query }) {
      const page = openPage("listCarrierAccounts", query, ["id"]);
      const after = page.after?.[0] ?? null;
      const rows = await database.tenant(tenantId, (tx) =>
        listCarrierAccounts(tx, tenantId, { after, limit: page.limit + 1 }),
      );
      return page.answer(
        rows,
        (row) => [row.id],
        (row) => shown(toStoredAccount(row)),
      );
    },

    async createCarrierAccount({ principal: { tenantId, actor }, body, keyed, request, audit }) {
      const { carrier, name, credentials, keywordAnswers = KEYWORD_ANSWERS[carrier] } = body;
      const id = ids("carrierAccount");
      const { listHistory } = await checkCredentials(carrier, id, credentials, request.signal);
      const sealed = await sealCredentials(sealer, tenantId, id, credentials);
      const account = await log.transaction(tenantId, (tx, record) =>
        once(tx, keyed, async () => {
          const values = { carrier, name, keywordAnswers, credentials: sealed };
          const made = shown(await insertCarrierAccount(tx, tenantId, id, values, clock.now()));
          record({ type: "carrier_account.updated", data: made, audience: {}, actor });
          if (listHistory) await enqueue(tx, tenantId, newReconcile(id, clock.now()), clock.now());
          const object = { kind: "carrier_account", id };
          await audit(tx, tenantId, { object, before: null, after: made, secrets: ["credentials"] });
          return made;
        }),
      );
      if (listHistory) bus.publish({ topic: "work", tenantId, kind: RECONCILE_KIND, lane: id });
      return account;
    },

    getCarrierAccount: async ({ principal: { tenantId }, params: { id } }) =>
      shown(present(await database.tenant(tenantId, (tx) => findCarrierAccount(tx, tenantId, id)))),

    async updateCarrierAccount({ principal: { tenantId, actor }, params: { id }, body, request, audit }) {
      const { name, credentials, keywordAnswers } = body;
      if (credentials) {
        const { carrier } = present(await database.tenant(tenantId, (tx) => findCarrierAccount(tx, tenantId, id)));
        await checkCredentials(carrier, id, credentials, request.signal);
      }
      const sealed = credentials && (await sealCredentials(sealer, tenantId, id, credentials));
      return log.transaction(tenantId, async (tx, record) => {
        const change = {
          ...(name === undefined ? {} : { name }),
          ...(keywordAnswers === undefined ? {} : { keywordAnswers }),
          ...(sealed ? { credentials: sealed } : {}),
        };
        const before = shown(present(await findCarrierAccount(tx, tenantId, id)));
        const account = shown(present(await updateCarrierAccount(tx, tenantId, id, change, clock.now())));
        record({ type: "carrier_account.updated", data: account, audience: {}, actor });
        const object = { kind: "carrier_account", id };
        await audit(tx, tenantId, { object, before, after: account, secrets: sealed ? ["credentials"] : [] });
        return account;
      });
    },

    async deleteCarrierAccount({ principal: { tenantId }, params: { id }, audit }) {
      await refusing(IN_USE, () =>
        database.tenant(tenantId, async (tx) => {
          const before = shown(present(await findCarrierAccount(tx, tenantId, id)));
          if (!(await deleteCarrierAccount(tx, tenantId, id))) throw notFound();
          await audit(tx, tenantId, { object: { kind: "carrier_account", id }, before, after: null });
        }),
      );
    },

    async testCarrierAccount({ principal: { tenantId }, params: { id }, request }) {
      const check = await ask(await reach(tenantId, id), request.signal);
      return { result: check.kind, message: check.kind === "refused" ? check.message : null };
    },

    async listCarrierNumbers({ principal: { tenantId }, params: { id }, query: { cursor }, request }) {
      const list = { cursor, account: id }; // a cursor of one account's list is none of another's
      const page = openPage("listCarrierNumbers", list, ["text"]);
      const { listNumbers } = await reach(tenantId, id);
      if (!listNumbers) {
        throw new Refusal("conflict", {
          detail: "This carrier cannot list its numbers. Add lines with the numbers by hand.",
        });
      }
      try {
        const { numbers, next } = await withDeadline(clock, ASK_MS, request.signal, (signal) =>
          listNumbers(page.after?.[0] ?? null, { signal }),
        );
        const lines = await database.tenant(tenantId, (tx) =>
          findLinesByNumber(
            tx,
            tenantId,
            numbers.map(({ number }) => number),
          ),
        );
        const data = numbers.map((one) => ({ ...one, lineId: lines.get(one.number) ?? null }));
        return page.answerPart(data, next === null ? null : [next]);
      } catch (error) {
        if (error instanceof CarrierTrouble) throw new Refusal("carrier_unavailable", { detail: error.message });
        throw error;
      }
    },
  };
}
