import type { Broadcast, BroadcastId, CreateBroadcast, LineId, TenantId } from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import { once } from "../http/idempotency.ts";
import { openPage } from "../http/paging.ts";
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import type { Handlers } from "../http/route.ts";
import { readContent } from "../messaging/content.ts";
import { nextUpdate } from "../messaging/conversation-row.ts";
import type { Ids } from "../random.ts";
import type { Principal } from "../rights/principal.ts";
import type { Database, Tx } from "../store/database.ts";
import { readTemplates } from "../templates/store.ts";
import { enqueue } from "../work/queue.ts";
import { broadcastLane, extraLook, standingLook } from "./broadcast-kind.ts";
import { countRecipients, type StoredBroadcast, toRecipient } from "./broadcast-row.ts";
import { updated } from "./broadcast-turn.ts";
import { type BroadcastVerb, decideVerb } from "./decide-broadcast.ts";
import { cancelTexts, putBack, takeOut } from "./queue.ts";
import { type NewRecipient, readRecipients } from "./recipients.ts";
import {
  countTexts,
  insertBroadcast,
  insertRecipients,
  listBroadcasts,
  listRecipients,
  readBroadcast,
  updateBroadcasts,
} from "./store.ts";

export interface BroadcastRouteParts {
  database: Database;
  log: EventLog;
  bus: Bus;
  clock: Clock;
  ids: Ids;
}

export type BroadcastOperation =
  | "listBroadcasts"
  | "createBroadcast"
  | "getBroadcast"
  | "listRecipients"
  | "pauseBroadcast"
  | "resumeBroadcast"
  | "cancelBroadcast";

/** Texts that a call cancels before it answers; a broadcast that holds more has the rest canceled right after. */
const CANCELED_AT_ONCE = 512;

export function broadcastRoutes({ database, log, bus, clock, ids }: BroadcastRouteParts): Handlers<BroadcastOperation> {
  const wake = (tenantId: TenantId, id: BroadcastId) => bus.publish({ topic: "work", ...broadcastLane(tenantId, id) });

  async function change(principal: Principal, id: BroadcastId, verb: BroadcastVerb): Promise<Broadcast> {
    const { tenantId } = principal;
    const answer = await log.transaction(tenantId, async (tx, record) => {
      const stored = await readBroadcast(tx, tenantId, principal.sight, id, { lock: true });
      if (!stored) throw notFound();
      const now = clock.now();
      const decision = decideVerb(verb, stored.broadcast, now);
      if (decision.kind === "refuse") throw new Refusal("conflict", { detail: decision.message });
      if (decision.kind === "stay") return counted(tx, tenantId, stored);
      if (verb === "resume") await putBack(tx, tenantId, stored, now);
      else await takeOut(tx, tenantId, stored);
      if (verb === "cancel") await cancelTexts(tx, tenantId, [id], CANCELED_AT_ONCE, { log, now });
      const after = await becoming(tx, tenantId, stored, decision.state, now);
      await updateBroadcasts(tx, tenantId, [after]);
      await enqueue(tx, tenantId, [extraLook(id, after.broadcast.updatedAt, now)], now);
      record({ ...updated(after), actor: principal.actor });
      return after.broadcast;
    });
    bus.publish({ topic: "work", tenantId, kind: "send", lane: answer.lineId });
    wake(tenantId, id);
    return answer;
  }

  return {
    async listBroadcasts({ principal: { tenantId, sight }, query }) {
      const page = openPage("listBroadcasts", query, ["id"]);
      const after = page.after?.[0] ?? null;
      const broadcasts = await database.tenant(tenantId, async (tx) => {
        const found = await listBroadcasts(tx, tenantId, sight, { ...query, after, limit: page.limit + 1 });
        const open = found.filter(({ isSettled }) => !isSettled).map(({ broadcast }) => broadcast.id);
        const statuses = await countTexts(tx, tenantId, open);
        return found.map((stored) => withCounts(stored, statuses.get(stored.broadcast.id)));
      });
      return page.answer(
        broadcasts,
        ({ id }) => [id],
        (broadcast) => broadcast,
      );
    },

    async createBroadcast({ principal, body, keyed }) {
      const { tenantId } = principal;
      const reply = await log.transaction(tenantId, (tx, record) =>
        once(tx, keyed, async () => {
          const now = clock.now();
          const { stored, recipients } = await prepare(tx, principal, body, ids("broadcast"), now);
          const { broadcast } = stored;
          await insertBroadcast(tx, tenantId, stored);
          await insertRecipients(tx, tenantId, broadcast.id, recipients);
          const due = broadcast.sendAt === null ? now : Date.parse(broadcast.sendAt);
          await enqueue(tx, tenantId, [standingLook(broadcast.id, due)], now);
          record({ ...updated(stored), actor: principal.actor });
          return broadcast;
        }),
      );
      wake(tenantId, (JSON.parse(reply.json) as Broadcast).id);
      return reply;
    },

    async getBroadcast({ principal: { tenantId, sight }, params: { id } }) {
      const broadcast = await database.tenant(tenantId, async (tx) => {
        const stored = await readBroadcast(tx, tenantId, sight, id);
        return stored && counted(tx, tenantId, stored);
      });
      if (!broadcast) throw notFound();
      return broadcast;
    },

    async listRecipients({ principal: { tenantId, sight }, params: { id }, query }) {
      const list = { ...query, broadcastId: id };
      const page = openPage("listRecipients", list, ["sequence"]);
      const after = page.after === null ? -1 : Number(page.after[0]);
      const { rows, state } = await database.tenant(tenantId, async (tx) => {
        const stored = await readBroadcast(tx, tenantId, sight, id);
        if (!stored) throw notFound();
        const broadcastState = stored.broadcast.state;
        const found = await listRecipients(tx, tenantId, id, {
          state: query.state,
          broadcastState,
          after,
          limit: page.limit + 1,
        });
        return { rows: found, state: broadcastState };
      });
      return page.answer(
        rows,
        ({ index }) => [String(index)],
        (row) => toRecipient(row, state),
      );
    },

    pauseBroadcast: ({ principal, params }) => change(principal, params.id, "pause"),
    resumeBroadcast: ({ principal, params }) => change(principal, params.id, "resume"),
    cancelBroadcast: ({ principal, params }) => change(principal, params.id, "cancel"),
  };
}

/** A new broadcast and its recipients, as a call asks for them. */
async function prepare(
  tx: Tx,
  principal: Principal,
  body: CreateBroadcast,
  id: BroadcastId,
  now: number,
): Promise<{ stored: StoredBroadcast; recipients: NewRecipient[] }> {
  const { tenantId, author, actor } = principal;
  const line = await readLine(tx, principal, body.lineId);
  const words = await readWords(tx, tenantId, body);
  const recipients = readRecipients(body.recipients, words, line.number);
  const { sendAt: time, refusals } = readContent({ sendAt: body.sendAt }, new Map(), now);
  if (refusals[0]) throw refusals[0];
  const sendAt = time === null ? null : new Date(time).toISOString();
  const at = new Date(now).toISOString();
  const skipped = recipients.filter(({ failure }) => failure !== null).length;
  const total = recipients.length;
  const counts = { total, waiting: total - skipped, sending: 0, delivered: 0, failed: 0, skipped, canceled: 0 };
  const broadcast: Broadcast = {
    id,
    name: body.name ?? null,
    lineId: body.lineId,
    text: body.text ?? null,
    templateId: body.templateId ?? null,
    state: sendAt === null ? "running" : "scheduled",
    counts,
    author,
    sendAt,
    held: null,
    metadata: body.metadata ?? {},
    createdAt: at,
    startedAt: sendAt === null ? at : null,
    completedAt: null,
    updatedAt: at,
  };
  return {
    stored: { broadcast, words, actor, nextIndex: 0, skipped, isSettled: false, toldAt: now },
    recipients,
  };
}

async function readLine(tx: Tx, { tenantId, sight }: Principal, id: LineId) {
  const line = await tx
    .selectFrom("lines")
    .select(["id", "number", "capabilities"])
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .executeTakeFirst();
  if (!line || (sight.lineIds !== "all" && !sight.lineIds.has(line.id))) {
    throw invalid(["lineId"], "is none of the lines that you see", "not_found");
  }
  if (!line.capabilities.sms) throw invalid(["lineId"], "this line cannot send texts; its capability sms is off");
  return line;
}

async function readWords(
  tx: Tx,
  tenantId: TenantId,
  { text = "", templateId }: CreateBroadcast,
): Promise<StoredBroadcast["words"]> {
  if (templateId === undefined) return { text, locale: null, variants: [] };
  const template = (await readTemplates(tx, tenantId, [templateId])).get(templateId);
  if (!template) throw invalid(["templateId"], "is not a template of this tenant", "not_found");
  return template;
}

async function becoming(
  tx: Tx,
  tenantId: TenantId,
  stored: StoredBroadcast,
  state: Broadcast["state"],
  now: number,
): Promise<StoredBroadcast> {
  const at = new Date(now).toISOString();
  const { broadcast } = stored;
  const changed = {
    ...stored,
    toldAt: now,
    broadcast: {
      ...broadcast,
      state,
      held: null,
      startedAt: state === "running" ? (broadcast.startedAt ?? at) : broadcast.startedAt,
      completedAt: state === "canceled" ? at : null,
      updatedAt: nextUpdate(broadcast.updatedAt, now),
    },
  };
  return { ...changed, broadcast: await counted(tx, tenantId, changed) };
}

/** A broadcast with its counts as they are now. */
async function counted(tx: Tx, tenantId: TenantId, stored: StoredBroadcast): Promise<Broadcast> {
  const { id } = stored.broadcast;
  return withCounts(stored, (await countTexts(tx, tenantId, [id])).get(id));
}

function withCounts(stored: StoredBroadcast, statuses: Parameters<typeof countRecipients>[1] | undefined): Broadcast {
  return statuses ? { ...stored.broadcast, counts: countRecipients(stored, statuses) } : stored.broadcast;
}
