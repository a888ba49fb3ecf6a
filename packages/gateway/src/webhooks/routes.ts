import {
  type CreateWebhook,
  eventsOf,
  FORMER_SECRET_MS,
  type TenantId,
  type UpdateWebhook,
  WEBHOOK_TEST,
  type Webhook,
  type WebhookId,
  type WebhookTestEvent,
} from "@trunkline/protocol";
import { readBounds } from "../events/reader.ts";
import { permissionFor } from "../events/visibility.ts";
import { openPage } from "../http/paging.ts";
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import type { Handlers } from "../http/route.ts";
import { refuseAddress } from "../outside/address-check.ts";
import type { Principal } from "../rights/principal.ts";
import { isLimited } from "../rights/sight.ts";
import type { Tx } from "../store/database.ts";
import { attemptDelivery } from "./attempt.ts";
import { deleteWork, webhookLane } from "./delivery-kind.ts";
import { insertDeliveries, listDeliveries, toDelivery } from "./delivery-store.ts";
import type { WebhookParts } from "./parts.ts";
import { beginReplay } from "./replay.ts";
import { newWebhookSecret, openSecret, sealSecret } from "./secrets.ts";
import {
  countWebhooks,
  deleteWebhook,
  findWebhook,
  insertWebhook,
  listWebhooks,
  lockWebhooks,
  toWebhook,
  updateWebhook,
  type WebhookChange,
  type WebhookRow,
} from "./store.ts";

export type WebhookOperation =
  | "listWebhooks"
  | "createWebhook"
  | "getWebhook"
  | "updateWebhook"
  | "deleteWebhook"
  | "rotateWebhookSecret"
  | "testWebhook"
  | "replayWebhook"
  | "listDeliveries";

/** Webhooks of one tenant: each is given the whole log. */
const MAX_WEBHOOKS = 50;

export function webhookRoutes(parts: WebhookParts): Handlers<WebhookOperation> {
  const { database, bus, clock, ids, random, sealer, privateAddresses, epoch } = parts;
  const shown = (row: WebhookRow): Webhook => toWebhook(row, clock.now());

  function checkFields(principal: Principal, { url, events }: Pick<UpdateWebhook, "url" | "events">): void {
    const wrong = url === undefined ? null : refuseAddress(url, privateAddresses);
    if (wrong !== null) throw invalid(["url"], wrong);
    if (events !== undefined) checkSight(principal, events);
  }

  return {
    async listWebhooks({ principal: { tenantId }, query }) {
      const page = openPage("listWebhooks", query, ["id"]);
      const after = page.after?.[0] ?? null;
      const rows = await database.tenant(tenantId, (tx) =>
        listWebhooks(tx, tenantId, { after, limit: page.limit + 1 }),
      );
      return page.answer(rows, ({ id }) => [id], shown);
    },

    async createWebhook({ principal, body, audit }) {
      const { tenantId } = principal;
      checkFields(principal, body);
      const id = ids("webhook");
      const secret = newWebhookSecret(random);
      const sealed = await sealSecret(sealer, tenantId, id, secret);
      const row = await database.tenant(tenantId, async (tx) => {
        if ((await countWebhooks(tx, tenantId)) >= MAX_WEBHOOKS) {
          throw new Refusal("conflict", { detail: `A tenant has ${MAX_WEBHOOKS} webhooks at most. Delete one first.` });
        }
        const { end: position } = await readBounds(tx, tenantId);
        const fields = { ...fieldsOf(body), id, secret: sealed, epoch: epoch(), position };
        const made = await insertWebhook(tx, tenantId, fields, clock.now());
        await audit(tx, tenantId, { object: { kind: "webhook", id }, before: null, after: shown(made) });
        return made;
      });
      return { ...shown(row), secret };
    },

    getWebhook: async ({ principal: { tenantId }, params: { id } }) =>
      shown(await database.tenant(tenantId, (tx) => readOne(tx, tenantId, id))),

    updateWebhook({ principal, params: { id }, body, audit }) {
      const { tenantId } = principal;
      return database.tenant(tenantId, async (tx) => {
        const before = await lockOne(tx, tenantId, id);
        checkFields(principal, body);
        const { enabled, ...fields } = body;
        const change: WebhookChange = { ...fields, ...(await turned(tx, tenantId, before, enabled)) };
        const after = shown(await updateWebhook(tx, tenantId, id, change, clock.now()));
        await audit(tx, tenantId, { object: { kind: "webhook", id }, before: shown(before), after });
        return after;
      });
    },

    deleteWebhook: ({ principal: { tenantId }, params: { id }, audit }) =>
      database.tenant(tenantId, async (tx) => {
        const before = shown(await lockOne(tx, tenantId, id));
        await deleteWork(tx, tenantId, id);
        await deleteWebhook(tx, tenantId, id);
        await audit(tx, tenantId, { object: { kind: "webhook", id }, before, after: null });
      }),

    async rotateWebhookSecret({ principal: { tenantId }, params: { id }, audit }) {
      const secret = newWebhookSecret(random);
      const sealed = await sealSecret(sealer, tenantId, id, secret);
      const row = await database.tenant(tenantId, async (tx) => {
        const before = await lockOne(tx, tenantId, id);
        const { secret: formerSecret } = before;
        const formerSecretUntil = new Date(clock.now() + FORMER_SECRET_MS);
        const change = { secret: sealed, formerSecret, formerSecretUntil };
        const after = await updateWebhook(tx, tenantId, id, change, clock.now());
        const sides = { before: shown(before), after: shown(after), secrets: ["secret"] };
        await audit(tx, tenantId, { object: { kind: "webhook", id }, ...sides });
        return after;
      });
      return { ...shown(row), secret };
    },

    async testWebhook({ principal: { tenantId }, params: { id }, request }) {
      const row = await database.tenant(tenantId, (tx) => readOne(tx, tenantId, id));
      const secret = await openSecret(sealer, tenantId, id, row.secret);
      const event: WebhookTestEvent = {
        id: ids("event"),
        type: WEBHOOK_TEST,
        timestamp: new Date(clock.now()).toISOString(),
        tenantId,
        actor: null,
        data: { webhookId: id },
      };
      const sent = { url: row.url, secrets: [secret], eventId: event.id, body: JSON.stringify(event) };
      const { attempt, isDelivered } = await attemptDelivery(parts, sent, request.signal);
      await database.tenant(tenantId, async (tx) => {
        if (!(await findWebhook(tx, tenantId, id))) throw notFound();
        const status = isDelivered ? "delivered" : "failed";
        const delivery = { id: ids("webhookDelivery"), webhookId: id, eventId: event.id, eventType: event.type };
        await insertDeliveries(
          tx,
          tenantId,
          [{ ...delivery, position: null, status, isReplay: false, lastAttempt: attempt, nextAt: null }],
          clock.now(),
        );
      });
      return { eventId: event.id, delivered: isDelivered, attempt };
    },

    async replayWebhook({ principal: { tenantId }, params: { id }, body, audit }) {
      const now = clock.now();
      const from = Date.parse(body.from);
      const to = Math.min(body.to === undefined ? now : Date.parse(body.to), now);
      if (from > to) throw invalid(["from"], body.to === undefined ? "must not lie ahead" : "must not come after `to`");
      await database.tenant(tenantId, async (tx) => {
        const { disabled_at: disabledAt } = await lockOne(tx, tenantId, id);
        if (disabledAt !== null) {
          throw new Refusal("conflict", { detail: "The webhook is disabled. Enable it first, then replay." });
        }
        await beginReplay(tx, tenantId, id, { from, to, name: ids("event").slice(4), now });
        const replayed = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
        await audit(tx, tenantId, { object: { kind: "webhook", id }, before: null, after: { replayed } });
      });
      bus.publish({ topic: "work", ...webhookLane(tenantId, id) });
      return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    },

    async listDeliveries({ principal: { tenantId }, params: { id }, query }) {
      const page = openPage("listDeliveries", query, ["id"]);
      const after = page.after?.[0] ?? null;
      const rows = await database.tenant(tenantId, async (tx) => {
        await readOne(tx, tenantId, id);
        return listDeliveries(tx, tenantId, id, { status: query.status, after, limit: page.limit + 1 });
      });
      return page.answer(rows, (row) => [row.id], toDelivery);
    },
  };

  /** What turning a hook on or off changes; nothing when it is as asked already. */
  async function turned(
    tx: Tx,
    tenantId: TenantId,
    { disabled_at: disabledAt }: WebhookRow,
    enabled: boolean | undefined,
  ): Promise<WebhookChange> {
    if (enabled === undefined || enabled === (disabledAt === null)) return {};
    if (!enabled) return { disabled: { reason: "paused", at: new Date(clock.now()) } };
    const { end: position } = await readBounds(tx, tenantId);
    return { disabled: null, failingSince: null, cursor: { epoch: epoch(), position } };
  }
}

const fieldsOf = ({ url, events, description = null }: CreateWebhook) => ({ url, events, description });

/**
 * Whoever lets events be sent out must be able to read them: a key for webhooks alone would otherwise read everything.
 *
 * @throws Refusal forbidden
 */
function checkSight({ permissions, sight }: Principal, filters: readonly string[]): void {
  if (sight.lineIds !== "all" || isLimited(sight)) {
    throw new Refusal("forbidden", {
      detail: "A webhook is sent the events of all lines, and this session sees only some of them.",
    });
  }
  const needed = new Set(eventsOf(filters).map(permissionFor));
  const lacking = [...needed].filter((permission) => permission !== null && !permissions.has(permission));
  if (lacking.length === 0) return;
  throw new Refusal("forbidden", {
    detail: `To be sent these events, you need to be able to read them: ${lacking.join(", ")}.`,
  });
}

async function readOne(tx: Tx, tenantId: TenantId, id: WebhookId): Promise<WebhookRow> {
  const row = await findWebhook(tx, tenantId, id);
  if (!row) throw notFound();
  return row;
}

async function lockOne(tx: Tx, tenantId: TenantId, id: WebhookId): Promise<WebhookRow> {
  const row = (await lockWebhooks(tx, tenantId, [id])).get(id);
  if (!row) throw notFound();
  return row;
}
