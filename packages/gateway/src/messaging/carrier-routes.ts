import { CARRIERS, type CarrierAccountId, type Carrier as CarrierName, isId, type TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { Bus } from "../bus/bus.ts";
import type { Carrier } from "../carriers/carrier.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import type { OutsideCall, OutsideRoute } from "../http/route.ts";
import type { Logger } from "../logger.ts";
import type { Ids } from "../random.ts";
import type { Database, Tx } from "../store/database.ts";
import { type CarrierAccess, readAccount } from "./carrier-access.ts";
import { receiveText } from "./inbound.ts";
import { receiveReceipt } from "./receipts.ts";

export interface CarrierRouteParts {
  database: Database;
  carriers: CarrierAccess;
  log: EventLog;
  bus: Bus;
  clock: Clock;
  ids: Ids;
  logger: Logger;
}

const MAX_BYTES = 256 * 1024;
/** Accounts whose tenant is remembered; it never changes. */
const REMEMBERED = 10_000;

interface Account {
  tenantId: TenantId;
  accountId: CarrierAccountId;
}

/** The doors at which carriers deliver texts and receipts. 2xx is said after the commit, and only then. */
export function carrierRoutes(parts: CarrierRouteParts): OutsideRoute[] {
  const { database, carriers, log, bus, clock, ids, logger } = parts;
  const tenants = new Map<string, TenantId>();

  async function findAccount({ carrier = "", accountId = "" }: OutsideCall["params"]): Promise<Account> {
    if (!isCarrier(carrier) || !isId("acc", accountId)) throw notFound();
    const key = `${carrier} ${accountId}`;
    const known = tenants.get(key);
    if (known) return { tenantId: known, accountId };
    const row = await database.system(async (tx) => {
      const { rows } = await sql<{ tenant_id: TenantId }>`
        select tenant_id from carrier_accounts where id = ${accountId} and carrier = ${carrier}`.execute(tx);
      return rows[0];
    });
    if (!row) throw notFound();
    if (tenants.size >= REMEMBERED) tenants.clear();
    tenants.set(key, row.tenant_id);
    return { tenantId: row.tenant_id, accountId };
  }

  /** Opens the account and believes the webhook, or refuses it. The check reads the raw bytes. */
  async function trusted(tx: Tx, { tenantId, accountId }: Account, { request, body }: OutsideCall): Promise<Carrier> {
    const carrier = await carriers.open(tenantId, await readAccount(tx, tenantId, accountId));
    if (!carrier) throw notFound();
    if (!(await carrier.verify({ body, headers: request.headers }, clock.now()))) {
      throw new Refusal("signature_invalid");
    }
    return carrier;
  }

  const unreadable = () => new Refusal("invalid_input", { detail: "This is no webhook of that carrier." });

  return [
    {
      method: "POST",
      path: "/carriers/{carrier}/{accountId}/messages",
      maxBytes: MAX_BYTES,
      async handle(call) {
        const account = await findAccount(call.params);
        const reception = await database.tenant(account.tenantId, async (tx) => {
          const carrier = await trusted(tx, account, call);
          const text = carrier.parseInbound(call.body);
          if (!text) throw unreadable();
          return receiveText(tx, { ...account, text, raw: call.body }, { log, ids }, clock.now());
        });
        if (reception === "no_line") {
          // The carrier tries again for a while: whoever adds the line in time loses nothing.
          logger.warn({ accountId: account.accountId }, "a text came for a number that is none of the account's lines");
          throw notFound();
        }
        if (reception === "stored") bus.publish({ topic: "events", tenantId: account.tenantId });
        return new Response(null, { status: 204 });
      },
    },
    {
      method: "POST",
      path: "/carriers/{carrier}/{accountId}/status",
      maxBytes: MAX_BYTES,
      async handle(call) {
        const account = await findAccount(call.params);
        const { tenantId, accountId } = account;
        const result = await database.tenant(tenantId, async (tx) => {
          const carrier = await trusted(tx, account, call);
          const receipt = carrier.parseReceipt(call.body);
          if (!receipt) throw unreadable();
          if (receipt.status === null) {
            logger.warn({ accountId, status: receipt.carrierStatus }, "a receipt has a status that is not known");
          }
          return receiveReceipt(tx, tenantId, accountId, receipt, { log }, clock.now());
        });
        if (result === "merged") bus.publish({ topic: "events", tenantId });
        return new Response(null, { status: 204 });
      },
    },
  ];
}

const isCarrier = (name: string): name is CarrierName => CARRIERS.some((carrier) => carrier === name);
