import type { TenantId, WebhookDeliveryId, WebhookId } from "@trunkline/protocol";
import type { Clock } from "../clock.ts";
import type { Position } from "../events/cursor.ts";
import type { EventLog, NewEvent } from "../events/log.ts";
import type { Ids, RandomBytes } from "../random.ts";
import type { Tx } from "../store/database.ts";
import { together } from "../store/together.ts";
import type { Completed, KindTurn, Settled, Take, Taken } from "../work/kind.ts";
import { enqueue, type NewWork, type Settlement, type WorkItem } from "../work/queue.ts";
import type { Attempted } from "./attempt.ts";
import { decideDelivery, decideHealth, pauseAfter } from "./decide-attempt.ts";
import { replayName, replayWork, retryWork, type WebhookPayload } from "./delivery-kind.ts";
import {
  type DeliveryChange,
  insertDeliveries,
  type NewDelivery,
  type PendingDelivery,
  readPending,
  updateDeliveries,
} from "./delivery-store.ts";
import type { Receiver, WebhookOutcome, WebhookTask } from "./perform.ts";
import { type HookPage, readLive, readReplay } from "./read-log.ts";
import { lockWebhooks, toWebhook, updateWebhook, type WebhookChange, type WebhookRow } from "./store.ts";

export interface TurnParts {
  clock: Clock;
  ids: Ids;
  random: RandomBytes;
  log: EventLog;
  /** The store's epoch. */
  epoch: () => string;
  /** Hears of events that the turn appended, before it commits. */
  noteEvents: (tenantId: TenantId) => void;
}

type Item = WorkItem<WebhookPayload>;
type ReplayItem = WorkItem<Extract<WebhookPayload, { what: "replay" }>>;

/** A hook within a turn; `change` is what the turn writes of it. */
interface Hook {
  row: WebhookRow;
  change: { -readonly [Name in keyof WebhookChange]: WebhookChange[Name] };
}

/** One turn for some webhooks of a tenant. Locks: the lanes, their work, then the webhooks by id. */
export class WebhookTurn implements KindTurn<WebhookPayload, WebhookTask, WebhookOutcome> {
  readonly #tx: Tx;
  readonly #tenantId: TenantId;
  readonly #parts: TurnParts;
  readonly #now: number;
  readonly #hooks = new Map<WebhookId, Hook>();
  readonly #pages = new Map<string, HookPage>();
  #pending: ReadonlyMap<WebhookDeliveryId, PendingDelivery> = new Map();
  readonly #inserted: NewDelivery[] = [];
  readonly #changed: DeliveryChange[] = [];
  readonly #work: NewWork<WebhookPayload>[] = [];

  private constructor(tx: Tx, tenantId: TenantId, parts: TurnParts) {
    this.#tx = tx;
    this.#tenantId = tenantId;
    this.#parts = parts;
    this.#now = parts.clock.now();
  }

  static async open(tx: Tx, tenantId: TenantId, items: readonly Item[], parts: TurnParts): Promise<WebhookTurn> {
    const turn = new WebhookTurn(tx, tenantId, parts);
    const webhookIds = items.map(({ payload }) => payload.webhookId);
    for (const [id, row] of await lockWebhooks(tx, tenantId, webhookIds)) turn.#hooks.set(id, { row, change: {} });
    for (const { id, payload } of items) {
      const row = turn.#hooks.get(payload.webhookId)?.row;
      if (!row || row.disabled_at !== null || payload.what === "retry") continue;
      const page =
        payload.what === "live"
          ? await readLive(tx, tenantId, row, parts.epoch())
          : await readReplay(tx, tenantId, row, payload);
      turn.#pages.set(id, page);
    }
    const retried = items.flatMap(({ payload }) => (payload.what === "retry" ? [payload.deliveryId] : []));
    turn.#pending = await readPending(tx, tenantId, retried);
    return turn;
  }

  /** Nobody knows what arrived, so all of it is sent again. */
  recover(_lane: string, items: readonly Item[]): Settled {
    return { settlements: items.map(({ id }) => ({ id, kind: "back" })) };
  }

  settle(_lane: string, results: readonly Completed<WebhookPayload, WebhookOutcome>[]): Settled {
    const settlements: Settlement[] = [];
    let pauseUntil = 0;
    const byHook = new Map<Hook, Attempted[]>();
    for (const { item, outcome } of results) {
      const hook = this.#hooks.get(item.payload.webhookId);
      if (!hook) {
        settlements.push({ id: item.id, kind: "done" });
        continue;
      }
      const tried = outcome.what === "batch" ? outcome.attempted : outcome.what === "retry" ? [outcome.attempted] : [];
      const attempted = tried.filter((one) => one !== null);
      byHook.set(hook, [...(byHook.get(hook) ?? []), ...attempted]);
      for (const one of attempted) pauseUntil = Math.max(pauseUntil, pauseAfter(one, this.#now));
      settlements.push(this.#settleOne(hook, item, outcome));
    }
    for (const [hook, attempted] of byHook) this.#noteHealth(hook, attempted);
    return { settlements, pauseUntil };
  }

  take(_lane: string, items: readonly Item[]): Taken<WebhookTask> {
    return { takes: items.map((item) => this.#takeOne(item)) };
  }

  async write(): Promise<void> {
    const { log, noteEvents } = this.#parts;
    const changed = [...this.#hooks].filter(([, { change }]) => Object.keys(change).length > 0);
    // All are asked at once, the work first: whoever closes the lanes looks for what is due next.
    const [, , , ...rows] = await together(
      enqueue(this.#tx, this.#tenantId, this.#work, this.#now),
      insertDeliveries(this.#tx, this.#tenantId, this.#inserted, this.#now),
      updateDeliveries(this.#tx, this.#tenantId, this.#changed, this.#now),
      ...changed.map(([id, { change }]) => updateWebhook(this.#tx, this.#tenantId, id, change, this.#now)),
    );
    const events = changed.flatMap(([, { change }], index): NewEvent[] => {
      const row = rows[index];
      if (!row || !change.disabled) return [];
      return [{ type: "webhook.disabled", data: toWebhook(row, this.#now), audience: {}, actor: null }];
    });
    await log.append(this.#tx, this.#tenantId, events);
    if (events.length > 0) noteEvents(this.#tenantId);
  }

  #takeOne(item: Item): Take<WebhookTask> {
    const { id, payload } = item;
    const hook = this.#hooks.get(payload.webhookId);
    const isOff = !hook || (hook.change.disabled ?? hook.row.disabled_at) !== null;
    if (payload.what === "retry") return this.#takeRetry(item, payload.deliveryId, isOff ? null : hook);
    const page = this.#pages.get(id);
    if (isOff || !page) return { id, kind: "done" };
    if (page.events.length > 0) {
      return { item, task: { what: "batch", receiver: this.#receiverOf(hook.row), page } };
    }
    if (page.isHeld && !page.hasMore) return { item, task: { what: "wait" } };
    return this.#moveOn(hook, item, page.end, page.hasMore);
  }

  #takeRetry(item: Item, deliveryId: WebhookDeliveryId, hook: Hook | null): Take<WebhookTask> {
    const pending = this.#pending.get(deliveryId);
    if (!pending) return { id: item.id, kind: "done" };
    if (!hook || pending.body === null) {
      const status = hook ? "failed" : "canceled";
      this.#changed.push({ id: deliveryId, status, nextAt: null, attempt: null });
      return { id: item.id, kind: "done" };
    }
    const { eventId, body } = pending;
    return { item, task: { what: "retry", receiver: this.#receiverOf(hook.row), eventId, body } };
  }

  #settleOne(hook: Hook, item: Item, outcome: WebhookOutcome): Settlement {
    if (outcome.what === "wait") return { id: item.id, kind: "again", at: this.#now };
    if (outcome.what === "retry") {
      return item.payload.what === "retry" && outcome.attempted
        ? this.#settleRetry(item.id, item.payload.deliveryId, outcome.attempted)
        : { id: item.id, kind: "back" };
    }
    const { page, attempted } = outcome;
    for (const [index, one] of attempted.entries()) {
      const event = page.events[index];
      if (!event) continue;
      const id = this.#parts.ids("webhookDelivery");
      const { status, nextAt } = decideDelivery(one, 1, this.#now, this.#chance());
      const isReplay = item.payload.what === "replay";
      const { position } = event;
      const delivery = { id, webhookId: hook.row.id, eventId: event.id, eventType: event.type, position, isReplay };
      this.#inserted.push({ ...delivery, status, nextAt, lastAttempt: one.attempt });
      if (nextAt !== null) this.#work.push(retryWork(hook.row.id, id, nextAt));
    }
    if (attempted.length === page.events.length) return this.#moveOn(hook, item, page.end, true);
    const last = page.events[attempted.length - 1];
    return last ? this.#moveOn(hook, item, last.position, true) : { id: item.id, kind: "back" };
  }

  #settleRetry(id: string, deliveryId: WebhookDeliveryId, attempted: Attempted): Settlement {
    const before = this.#pending.get(deliveryId);
    if (!before) return { id, kind: "done" };
    const { status, nextAt } = decideDelivery(attempted, before.attempts + 1, this.#now, this.#chance());
    this.#changed.push({ id: deliveryId, status, nextAt, attempt: attempted.attempt });
    return nextAt === null ? { id, kind: "done" } : { id, kind: "again", at: nextAt };
  }

  /** The log has been given out up to `position`. */
  #moveOn(hook: Hook, item: Item, position: Position, hasMore: boolean): Settlement {
    if (item.payload.what !== "replay") {
      hook.change.cursor = { epoch: this.#parts.epoch(), position };
      return hasMore ? { id: item.id, kind: "again", at: this.#now } : { id: item.id, kind: "done" };
    }
    if (hasMore) this.#work.push(this.#nextOf({ ...item, payload: item.payload }, position));
    return { id: item.id, kind: "done" };
  }

  #nextOf({ id, payload }: ReplayItem, position: Position): NewWork<WebhookPayload> {
    const { ceiling, from, to } = payload;
    const range = { xid: String(position.xid), n: position.n, ceiling, from, to };
    return replayWork(payload.webhookId, replayName(id), range, this.#now);
  }

  #noteHealth({ row, change }: Hook, attempted: readonly Attempted[]): void {
    if (row.disabled_at !== null) return;
    const { failingSince, disable } = decideHealth(row.failing_since, attempted, this.#now);
    if (failingSince?.getTime() !== row.failing_since?.getTime()) change.failingSince = failingSince;
    if (disable) change.disabled = { reason: disable, at: new Date(this.#now) };
  }

  #receiverOf({ id, url, secret, former_secret, former_secret_until }: WebhookRow): Receiver {
    const isFormerGood = former_secret !== null && (former_secret_until?.getTime() ?? 0) > this.#now;
    const secrets = isFormerGood ? [secret, former_secret] : [secret];
    return { tenantId: this.#tenantId, webhookId: id, url, secrets };
  }

  #chance(): number {
    const [high = 0, low = 0] = this.#parts.random(2);
    return (high * 256 + low) / 65_535;
  }
}
