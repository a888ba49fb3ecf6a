import { HEARTBEAT_MS, type StreamEnd, type StreamResetReason, type TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { Bus, Wake } from "../bus/bus.ts";
import { type Clock, rest } from "../clock.ts";
import type { Outlet } from "../http/outlet.ts";
import type { Logger } from "../logger.ts";
import type { Principal } from "../rights/principal.ts";
import type { Database } from "../store/database.ts";
import { recordset } from "../store/json.ts";
import type { Position } from "./cursor.ts";
import { Follower } from "./follower.ts";
import { heartbeatFrame, signalFrame } from "./frames.ts";
import { locate, readBounds } from "./reader.ts";
import { EventStream, type Standing } from "./stream.ts";
import { typeFilter } from "./visibility.ts";

export interface EventHubParts {
  database: Database;
  bus: Bus;
  clock: Clock;
  logger: Logger;
  /** The store's epoch; asked for with each stream, because the store is opened after the hub is made. */
  epoch: () => string;
  access: { reauthenticate(principal: Principal): Promise<Standing> };
}

/** Where a stream begins, found before its answer does, so that a store that is away can still be told as a problem. */
export interface StreamStart {
  readonly position: Position;
  /** Where the log ended at that moment. */
  readonly end: Position;
  /** Transactions from here on had not begun then. */
  readonly ceiling: bigint;
  readonly reset: StreamResetReason | null;
}

/** All event streams of a node. It reads each tenant's log once for all of the tenant's streams. */
export interface EventHub {
  start(): void;
  /** Ends all streams and lets no new one in. */
  stop(): Promise<void>;
  /** Resolves when all streams have been given every event that is committed. */
  idle(): Promise<void>;
  /** Finds where to begin: after `cursor`, or now. */
  locate(tenantId: TenantId, cursor: string | null): Promise<StreamStart>;
  open(outlet: Outlet, principal: Principal, start: StreamStart, options?: { types?: string | undefined }): void;
}

/** Looks at the store this often in case a wake-up was lost, in milliseconds of real time. */
const POLL_MS = 1000;
/** Rights are asked for again this often in case a wake-up was lost. */
const RECHECK_MS = 30_000;
/** How often streams are kept alive, and those looked for whose rights are due. */
const HEARTBEAT_CHECK_MS = HEARTBEAT_MS;

export function createEventHub(parts: EventHubParts): EventHub {
  const { database, bus, clock, logger } = parts;
  const followers = new Map<TenantId, Follower>();
  const undo: (() => void)[] = [];
  const beat = heartbeatFrame();
  let isStopped = false;
  let polling: Promise<void> | undefined;
  let rechecking: Promise<void> | undefined;

  const streams = (): EventStream[] => [...followers.values()].flatMap((follower) => [...follower.streams]);

  /** One query for all tenants that have streams. */
  async function poll(): Promise<void> {
    const places = [...followers.values()].map(({ tenantId, position: { xid, n } }) => ({
      tenant_id: tenantId,
      xid: String(xid),
      n,
    }));
    if (places.length === 0) return;
    const { rows } = await database.system((tx) =>
      sql<{ tenant_id: TenantId }>`
        select p.tenant_id from ${recordset(places)} as p (tenant_id text, xid text, n bigint)
        where exists (select from events e where e.tenant_id = p.tenant_id and (e.xid, e.n) > (p.xid::xid8, p.n))`.execute(
        tx,
      ),
    );
    for (const { tenant_id } of rows) void followers.get(tenant_id)?.look();
  }

  async function recheckDue(): Promise<void> {
    const due = clock.now() - RECHECK_MS;
    for (const stream of streams()) {
      if (stream.isOpen && stream.checkedAt <= due) await stream.recheck(); // one after the other: there is no hurry
    }
  }

  function tellSignal(
    { streams: readers }: Follower,
    { type, audience, body }: Extract<Wake, { topic: "signal" }>,
  ): void {
    const frame = signalFrame(type, body);
    for (const stream of readers) stream.signal(type, audience, frame);
  }

  function followerOf(tenantId: TenantId, position: Position): Follower {
    const present = followers.get(tenantId);
    if (present) return present;
    const follower = new Follower({ database, clock, logger, tenantId, epoch: parts.epoch(), position });
    followers.set(tenantId, follower);
    return follower;
  }

  return {
    start() {
      if (undo.length > 0 || isStopped) return;
      undo.push(
        bus.subscribe((wake) => {
          const follower = wake.topic === "work" ? undefined : followers.get(wake.tenantId);
          if (wake.topic === "events") void follower?.look();
          if (wake.topic === "access") void follower?.recheckAll();
          if (wake.topic === "signal" && follower) tellSignal(follower, wake);
          // Whoever's transaction has just ended may have been the one that held others back.
          for (const other of followers.values()) if (other.isHeld) void other.look();
        }),
        clock.poll(POLL_MS, () => {
          polling ??= poll()
            .catch((error: unknown) =>
              logger.warn({ error }, "the event log could not be looked at; it is tried again"),
            )
            .finally(() => {
              polling = undefined;
            });
        }),
        clock.poll(HEARTBEAT_CHECK_MS, () => {
          for (const stream of streams()) stream.write(beat);
          rechecking ??= recheckDue().finally(() => {
            rechecking = undefined;
          });
        }),
      );
    },

    async stop() {
      isStopped = true;
      for (const step of undo.splice(0)) step();
      for (const stream of streams()) stream.end("shutdown" satisfies StreamEnd["reason"]);
      await Promise.all([polling, rechecking, ...[...followers.values()].map((follower) => follower.settled())]);
      followers.clear();
    },

    async idle() {
      for (const follower of followers.values()) {
        do {
          await follower.look();
          await follower.settled();
          if (follower.isHeld) await rest(clock, 5);
        } while (follower.isHeld && !isStopped);
      }
    },

    async locate(tenantId, cursor) {
      // Whoever begins now begins where the others are: nothing of what is still to be given out is older than that.
      const others = cursor === null ? followers.get(tenantId)?.position : undefined;
      if (others) return { position: others, end: others, ceiling: others.xid, reset: null };
      return database.tenant(tenantId, async (tx): Promise<StreamStart> => {
        const bounds = await readBounds(tx, tenantId);
        const { end, ceiling } = bounds;
        if (cursor === null) return { position: end, end, ceiling: end.xid, reset: null };
        const place = locate(cursor, parts.epoch(), bounds);
        const found = { end, ceiling };
        return typeof place === "string"
          ? { ...found, position: end, reset: place }
          : { ...found, position: place, reset: null };
      });
    },

    open(outlet, principal, { position, end, ceiling, reset }, { types } = {}) {
      const { reauthenticate } = parts.access;
      const stream = new EventStream({
        epoch: parts.epoch(),
        clock,
        outlet,
        principal,
        wants: typeFilter(types),
        position,
        ceiling,
        reauthenticate: (present) => reauthenticate(present),
      });
      if (isStopped) return stream.end("shutdown");
      if (reset) stream.reset(reset);
      const follower = followerOf(principal.tenantId, end);
      follower.add(stream);
      outlet.onClose(() => {
        follower.streams.delete(stream);
        if (follower.streams.size === 0 && followers.get(principal.tenantId) === follower) {
          followers.delete(principal.tenantId);
        }
      });
    },
  };
}
