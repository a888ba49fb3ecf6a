import { HEADERS } from "@trunkline/protocol";
import type { AnswerOf } from "@trunkline/protocol/routes";
import type { Clock } from "../clock.ts";
import { rawJson } from "../http/reply.ts";
import type { Handlers } from "../http/route.ts";
import type { Database } from "../store/database.ts";
import { encodeCursor } from "./cursor.ts";
import type { EventHub } from "./hub.ts";
import { readPage } from "./page.ts";

export interface EventRoutesParts {
  database: Database;
  clock: Clock;
  hub: EventHub;
  epoch: () => string;
}

/** nginx holds an answer back until it has a buffer full of it, unless it is told not to. */
const STREAM_HEADERS = { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" };

/** The routes of the event log: a stream for those who ask for one, pages for all others. */
export function eventRoutes({ database, clock, hub, epoch }: EventRoutesParts): Handlers<"listEvents"> {
  return {
    async listEvents({ principal, query, request, stream }) {
      if (wantsStream(request)) {
        const start = await hub.locate(
          principal.tenantId,
          request.headers.get(HEADERS.lastEventId) ?? query.after ?? null,
        );
        return stream(STREAM_HEADERS, (outlet) => hub.open(outlet, principal, start, { types: query.types }));
      }
      const { bodies, position, hasMore } = await readPage({ database, clock, epoch: epoch() }, principal, query);
      const cursor = encodeCursor(epoch(), position);
      return rawJson<AnswerOf<"listEvents">>(
        `{"data":[${bodies.join(",")}],"cursor":${JSON.stringify(cursor)},"hasMore":${hasMore}}`,
      );
    },
  };
}

/** HEAD asks for the headers alone: a stream without a body would only end when its reader goes. */
function wantsStream(request: Request): boolean {
  return request.method === "GET" && (request.headers.get("accept") ?? "").toLowerCase().includes("text/event-stream");
}
