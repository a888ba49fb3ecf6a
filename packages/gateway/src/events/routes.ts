import { HEADERS, type ListEvents } from "@trunkline/protocol";
import type { AnswerOf } from "@trunkline/protocol/routes";
import { Refusal } from "../http/refusal.ts";
import { rawJson } from "../http/reply.ts";
import type { Handlers } from "../http/route.ts";
import type { Principal } from "../rights/principal.ts";
import type { Database } from "../store/database.ts";
import { encodeCursor, type Position } from "./cursor.ts";
import type { EventHub } from "./hub.ts";
import { locate, readBounds, readLog } from "./reader.ts";
import { maySee, typeFilter } from "./visibility.ts";

export interface EventRoutesParts {
  database: Database;
  hub: EventHub;
  epoch: () => string;
}

const DEFAULT_LIMIT = 50;
/** Events looked at for one page; a reader with a narrow sight gets a short page and goes on from its cursor. */
const MAX_SCANNED = 5000;
/** nginx holds an answer back until it has a buffer full of it, unless it is told not to. */
const STREAM_HEADERS = { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" };

/** The routes of the event log: a stream for those who ask for one, pages for all others. */
export function eventRoutes({ database, hub, epoch }: EventRoutesParts): Handlers<"listEvents"> {
  /** A page of what the caller may see, oldest first. Without `after` it begins where the log does. */
  async function readPage(principal: Principal, { after, limit = DEFAULT_LIMIT, types }: ListEvents) {
    const wants = typeFilter(types);
    return database.tenant(principal.tenantId, async (tx) => {
      const bounds = await readBounds(tx, principal.tenantId);
      const start = after === undefined ? bounds.start : locate(after, epoch(), bounds);
      if (start === "cursor_too_old") {
        throw new Refusal("invalid_cursor", { detail: "The events after this cursor are no longer kept: start anew." });
      }
      if (start === "cursor_unknown") throw new Refusal("invalid_cursor");

      const bodies: string[] = [];
      let position: Position = start;
      for (let scanned = 0; scanned < MAX_SCANNED; ) {
        const { entries, hasMore, end } = await readLog(tx, principal.tenantId, position, Math.max(200, limit));
        for (const [index, entry] of entries.entries()) {
          position = entry.position;
          if (wants(entry.type) && maySee(principal, entry.type, entry.audience)) bodies.push(entry.body);
          if (bodies.length === limit) return { bodies, position, hasMore: hasMore || index < entries.length - 1 };
        }
        position = end;
        if (!hasMore) return { bodies, position, hasMore: false };
        scanned += entries.length;
      }
      return { bodies, position, hasMore: true };
    });
  }

  return {
    async listEvents({ principal, query, request, stream }) {
      if (wantsStream(request)) {
        const start = await hub.locate(
          principal.tenantId,
          request.headers.get(HEADERS.lastEventId) ?? query.after ?? null,
        );
        return stream(STREAM_HEADERS, (outlet) => hub.open(outlet, principal, start, { types: query.types }));
      }
      const { bodies, position, hasMore } = await readPage(principal, query);
      const cursor = encodeCursor(epoch(), position);
      return rawJson<AnswerOf<"listEvents">>(
        `{"data":[${bodies.join(",")}],"cursor":${JSON.stringify(cursor)},"hasMore":${hasMore}}`,
      );
    },
  };
}

function wantsStream(request: Request): boolean {
  return (request.headers.get("accept") ?? "").toLowerCase().includes("text/event-stream");
}
