import { CARRIERS, type CarrierAccountId, type Carrier as CarrierName, isId, type TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { Bus } from "../bus/bus.ts";
import type { Carrier } from "../carriers/carrier.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import type { OutsideCall, OutsideRoute } from "../http/route.ts";
import type { Logger } from "../logger.ts";
import type { RecentStops } from "../opt-ins/recent-stops.ts";
import type { Ids } from "../random.ts";
import type { Database, Tx } from "../store/database.ts";
import { type Outcome, tenantBatches } from "../store/tenant-batches.ts";
import { announceSends } from "./accept.ts";
import { type CarrierAccess, readAccount } from "./carrier-access.ts";
import { type Reception, receiveTexts } from "./inbound.ts";
import { receiveReceipts } from "./receipts.ts";

export interface CarrierRouteParts {
  database: Database;
  carriers: CarrierAccess;
  log: EventLog;
  bus: Bus;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  recentStops: RecentStops;
}

/** The doors, and when nothing that came in by them is being stored any more. */
export interface CarrierRoutes {
  readonly routes: readonly OutsideRoute[];
  settled(): Promise<void>;
}

const MAX_BYTES = 256 * 1024;
/** Accounts whose tenant is remembered; it never changes. */
const REMEMBERED = 10_000;

interface Account {
  tenantId: TenantId;
  accountId: CarrierAccountId;
}

/** The doors at which carriers deliver texts and receipts. 2xx is said after the commit, and only then. */
export function carrierRoutes(parts: CarrierRouteParts): CarrierRoutes {
  const { database, carriers, log, bus, clock, ids, logger, recentStops } = parts;
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

  /** Believes each webhook by its raw bytes and reads it, or refuses it. */
  async function readAll<Content>(
    tx: Tx,
    tenantId: TenantId,
    deliveries: readonly Delivery[],
    read: (carrier: Carrier, body: OutsideCall["body"]) => Content | null,
  ): Promise<Reading<Content>[]> {
    const accounts = new Map<CarrierAccountId, Carrier | null>();
    for (const accountId of new Set(deliveries.map((delivery) => delivery.accountId))) {
      accounts.set(accountId, await carriers.open(tenantId, await readAccount(tx, tenantId, accountId)));
    }
    return Promise.all(
      deliveries.map(async ({ accountId, call: { request, body } }): Promise<Reading<Content>> => {
        const carrier = accounts.get(accountId);
        if (!carrier) return { kind: "refused", error: notFound() };
        const isGenuine = await carrier.verify({ body, headers: request.headers }, clock.now());
        if (!isGenuine) return { kind: "refused", error: new Refusal("signature_invalid") };
        const content = read(carrier, body);
        return content ? { kind: "read", accountId, content, raw: body } : { kind: "refused", error: unreadable() };
      }),
    );
  }

  const texts = tenantBatches<Delivery, Reception>(async (tenantId, deliveries) => {
    const { readings, received } = await database.tenant(tenantId, async (tx) => {
      const all = await readAll(tx, tenantId, deliveries, (carrier, body) => carrier.parseInbound(body));
      const read = all.flatMap((one) =>
        one.kind === "read" ? { accountId: one.accountId, text: one.content, raw: one.raw } : [],
      );
      return { readings: all, received: await receiveTexts(tx, tenantId, read, { log, ids }, clock.now()) };
    });
    recentStops.add(tenantId, received.stops);
    if (received.receptions.includes("stored")) bus.publish({ topic: "events", tenantId });
    announceSends(bus, tenantId, received);
    const inOrder = received.receptions.values();
    return readings.map(
      (one): Outcome<Reception> =>
        one.kind === "read" ? { kind: "done", result: inOrder.next().value ?? "no_line" } : one,
    );
  });

  const receipts = tenantBatches<Delivery, void>(async (tenantId, deliveries) => {
    const { readings, hasChanged, lanes } = await database.tenant(tenantId, async (tx) => {
      const all = await readAll(tx, tenantId, deliveries, (carrier, body) => carrier.parseReceipt(body));
      const received = all.flatMap((one) =>
        one.kind === "read" ? { accountId: one.accountId, receipt: one.content } : [],
      );
      return { readings: all, ...(await receiveReceipts(tx, tenantId, received, { log }, clock.now())) };
    });
    if (hasChanged) bus.publish({ topic: "events", tenantId });
    for (const lane of lanes) bus.publish({ topic: "work", ...lane });
    return readings.map((one): Outcome<void> => {
      if (one.kind === "refused") return one;
      const { status, carrierStatus } = one.content;
      if (status === null) {
        logger.warn({ accountId: one.accountId, status: carrierStatus }, "a receipt has a status that is not known");
      }
      return { kind: "done", result: undefined };
    });
  });

  const routes: OutsideRoute[] = [
    {
      method: "POST",
      path: "/carriers/{carrier}/{accountId}/messages",
      maxBytes: MAX_BYTES,
      async handle(call) {
        const { tenantId, accountId } = await findAccount(call.params);
        if ((await texts.add(tenantId, { accountId, call })) === "no_line") {
          // The carrier tries again for a while: whoever adds the line in time loses nothing.
          logger.warn({ accountId }, "a text came for a number that is none of the account's lines");
          throw notFound();
        }
        return new Response(null, { status: 204 });
      },
    },
    {
      method: "POST",
      path: "/carriers/{carrier}/{accountId}/status",
      maxBytes: MAX_BYTES,
      async handle(call) {
        const { tenantId, accountId } = await findAccount(call.params);
        await receipts.add(tenantId, { accountId, call });
        return new Response(null, { status: 204 });
      },
    },
  ];
  return {
    routes,
    async settled() {
      await Promise.all([texts.settled(), receipts.settled()]);
    },
  };
}

/** A webhook that came for an account. */
interface Delivery {
  readonly accountId: CarrierAccountId;
  readonly call: OutsideCall;
}

/** What a webhook says, once it is believed. */
type Reading<Content> =
  | {
      readonly kind: "read";
      readonly accountId: CarrierAccountId;
      readonly content: Content;
      readonly raw: OutsideCall["body"];
    }
  | { readonly kind: "refused"; readonly error: Refusal };

const unreadable = () => new Refusal("invalid_input", { detail: "This is no webhook of that carrier." });

const isCarrier = (name: string): name is CarrierName => CARRIERS.some((carrier) => carrier === name);
