import { CARRIERS, type CarrierAccountId, type Carrier as CarrierName, isId, type TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { Bus } from "../bus/bus.ts";
import { type CarrierAccess, readAccount } from "../carrier-accounts/access.ts";
import type { Carrier, Webhook, WebhookContent } from "../carriers/carrier.ts";
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
import { receiveTexts } from "./inbound.ts";
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
  publicUrl: string | undefined;
}

/** The doors, and when nothing that came in by them is being stored any more. */
export interface CarrierRoutes {
  readonly routes: readonly OutsideRoute[];
  /** Takes in what a carrier has listed, as if it had come by the doors. */
  deliver(tenantId: TenantId, accountId: CarrierAccountId, listed: WebhookContent): Promise<void>;
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
  const { database, carriers, log, bus, clock, ids, logger, recentStops, publicUrl } = parts;
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
  async function readAll(tx: Tx, tenantId: TenantId, deliveries: readonly Delivery[]): Promise<Reading[]> {
    const accounts = new Map<CarrierAccountId, Carrier | null>();
    const unread = deliveries.filter((delivery) => delivery.kind === "unread");
    for (const accountId of new Set(unread.map((delivery) => delivery.accountId))) {
      accounts.set(accountId, await carriers.open(tenantId, await readAccount(tx, tenantId, accountId)));
    }
    return Promise.all(
      deliveries.map(async (delivery) => {
        if (delivery.kind === "read") return delivery;
        const carrier = accounts.get(delivery.accountId);
        return carrier ? readWebhook(carrier, delivery) : refused(notFound());
      }),
    );
  }

  async function readWebhook(carrier: Carrier, { accountId, webhook }: Unread): Promise<Reading> {
    const verdict = await carrier.verify(webhook, clock.now());
    if (verdict.kind === "refused") {
      logger.warn({ accountId, url: withoutQuery(webhook.url), why: verdict.why }, "a webhook was refused");
      return refused(new Refusal("signature_invalid", { detail: verdict.why }));
    }
    const greeting = carrier.greet?.(webhook) ?? null;
    const content = greeting ? { texts: [], receipts: [] } : carrier.read(webhook);
    if (content === null) return refused(unreadable());
    return { kind: "read", accountId, content, greeting, raw: webhook.body, isListed: false };
  }

  /** Stores the texts of webhooks; receipts that came with them are for whoever asked. */
  const texts = tenantBatches<Delivery, ReadWebhook & { wasLost: boolean }>(async (tenantId, deliveries) => {
    const { readings, received } = await database.tenant(tenantId, async (tx) => {
      const all = await readAll(tx, tenantId, deliveries);
      const read = all.flatMap((one) =>
        one.kind === "read" ? one.content.texts.map((text) => ({ accountId: one.accountId, text, raw: one.raw })) : [],
      );
      return { readings: all, received: await receiveTexts(tx, tenantId, read, { log, ids }, clock.now()) };
    });
    recentStops.add(tenantId, received.stops);
    if (received.receptions.includes("stored")) bus.publish({ topic: "events", tenantId });
    announceSends(bus, tenantId, received);
    const inOrder = received.receptions.values();
    return readings.map((one): Outcome<ReadWebhook & { wasLost: boolean }> => {
      if (one.kind === "refused") return one;
      const receptions = one.content.texts.map(() => inOrder.next().value ?? "no_line");
      return { kind: "done", result: { ...one, wasLost: receptions.includes("no_line") } };
    });
  });

  /** Merges the receipts of webhooks; texts that came with them are for whoever asked. */
  const receipts = tenantBatches<Delivery, ReadWebhook>(async (tenantId, deliveries) => {
    const { readings, hasChanged, lanes } = await database.tenant(tenantId, async (tx) => {
      const all = await readAll(tx, tenantId, deliveries);
      const received = all.flatMap((one) =>
        one.kind === "read"
          ? one.content.receipts.map((receipt) => ({ accountId: one.accountId, receipt, isListed: one.isListed }))
          : [],
      );
      return { readings: all, ...(await receiveReceipts(tx, tenantId, received, { log }, clock.now())) };
    });
    if (hasChanged) bus.publish({ topic: "events", tenantId });
    for (const lane of lanes) bus.publish({ topic: "work", ...lane });
    return readings.map((one): Outcome<ReadWebhook> => {
      if (one.kind === "refused") return one;
      for (const { status, carrierStatus } of one.content.receipts) {
        if (status !== null) continue;
        logger.warn({ accountId: one.accountId, status: carrierStatus }, "a receipt has a status that is not known");
      }
      return { kind: "done", result: one };
    });
  });

  /** The address as the carrier signed it: what it was told, not what a proxy has made of it. */
  const signedUrl = (request: Request): string => {
    const { origin, pathname, search } = new URL(request.url);
    return `${publicUrl ?? origin}${pathname}${search}`;
  };

  const door = (
    path: string,
    receive: (tenantId: TenantId, unread: Unread) => Promise<Response | null>,
  ): OutsideRoute => ({
    method: "POST",
    path: `/carriers/{carrier}/{accountId}/${path}`,
    maxBytes: MAX_BYTES,
    async handle({ params, request, body }) {
      const { tenantId, accountId } = await findAccount(params);
      const webhook = { url: signedUrl(request), headers: request.headers, body };
      return (await receive(tenantId, { kind: "unread", accountId, webhook })) ?? new Response(null, { status: 204 });
    },
  });

  /** Where a carrier asks, before it delivers, whether it may. */
  const asking = (path: string): OutsideRoute => ({
    method: "OPTIONS",
    path: `/carriers/{carrier}/{accountId}/${path}`,
    maxBytes: MAX_BYTES,
    async handle({ params, request, body }) {
      const { tenantId, accountId } = await findAccount(params);
      const account = await database.tenant(tenantId, (tx) => readAccount(tx, tenantId, accountId));
      const carrier = await carriers.open(tenantId, account);
      if (!carrier?.allowDelivery) throw notFound();
      const webhook = { url: signedUrl(request), headers: request.headers, body };
      const verdict = await carrier.verify(webhook, clock.now());
      if (verdict.kind === "refused") throw new Refusal("signature_invalid", { detail: verdict.why });
      const answer = carrier.allowDelivery(webhook);
      if (answer === null) throw unreadable();
      return answer;
    },
  });

  // Some carriers have one address for all that they tell: either door takes either, and is quickest for its own.
  const routes: OutsideRoute[] = [
    door("messages", async (tenantId, unread) => {
      const read = await texts.add(tenantId, unread);
      if (read.content.receipts.length > 0) await receipts.add(tenantId, read);
      if (read.wasLost) throw noLine(unread.accountId);
      return read.greeting;
    }),
    door("status", async (tenantId, unread) => {
      const read = await receipts.add(tenantId, unread);
      if (read.content.texts.length > 0 && (await texts.add(tenantId, read)).wasLost) throw noLine(unread.accountId);
      return read.greeting;
    }),
    asking("messages"),
    asking("status"),
  ];

  /** The carrier tries again for a while: whoever adds the line in time loses nothing. */
  function noLine(accountId: CarrierAccountId): Refusal {
    logger.warn({ accountId }, "a text came for a number that is none of the account's lines");
    return notFound();
  }

  return {
    routes,
    async deliver(tenantId, accountId, content) {
      const read: ReadWebhook = { kind: "read", accountId, content, greeting: null, raw: NOTHING, isListed: true };
      if (content.receipts.length > 0) await receipts.add(tenantId, read);
      if (content.texts.length > 0) await texts.add(tenantId, read);
    },
    async settled() {
      await Promise.all([texts.settled(), receipts.settled()]);
    },
  };
}

/** A webhook that came for an account. */
interface Unread {
  readonly kind: "unread";
  readonly accountId: CarrierAccountId;
  readonly webhook: Webhook;
}

/** What a webhook says, once it is believed; or what the account's carrier has listed. */
interface ReadWebhook {
  readonly kind: "read";
  readonly accountId: CarrierAccountId;
  readonly content: WebhookContent;
  /** The answer to one that only asks whether somebody is there. */
  readonly greeting: Response | null;
  readonly raw: Webhook["body"];
  readonly isListed: boolean;
}

/** What a webhook brought beside what its door is for is believed already. */
type Delivery = Unread | ReadWebhook;

/** The body of what did not come as a webhook. */
const NOTHING = new Uint8Array();

type Reading = ReadWebhook | { readonly kind: "refused"; readonly error: Refusal };

const refused = (error: Refusal): Reading => ({ kind: "refused", error });

const unreadable = () => new Refusal("invalid_input", { detail: "This is no webhook of that carrier." });

/** Queries hold secrets. */
const withoutQuery = (url: string): string => url.replace(/\?.*$/s, "");

const isCarrier = (name: string): name is CarrierName => CARRIERS.some((carrier) => carrier === name);
