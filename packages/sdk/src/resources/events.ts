import type { AnyEvent, EventOf, EventPage, StreamEventType } from "@trunkline/protocol";
import type { Feed } from "../events/feed.ts";
import type { Http } from "../http.ts";
import type { CallOptions } from "./call-options.ts";

export interface EventRange {
  /** A cursor of an earlier page or event; without it from the oldest event that is kept. */
  after?: string | undefined;
  limit?: number | undefined;
}

export interface EventsResource {
  /**
   * Calls `listener` for every event of that type from now on, each once, over any cut of the line. The stream runs while
   * somebody listens. What is told once and not kept, `conversation.typing` and `conversation.viewing`, may be lost in a cut.
   * A listener that throws is reported to `onError` and does not keep others from theirs.
   *
   * @returns the way out
   */
  on<Type extends StreamEventType>(type: Type, listener: (event: EventOf<Type>) => void): () => void;
  /** One page of the log, oldest first; `cursor` is where to go on. */
  page(range?: EventRange, options?: CallOptions): Promise<EventPage>;
  /** The log from `after` to its present end, oldest first. */
  list(range?: EventRange, options?: CallOptions): AsyncIterable<AnyEvent>;
}

export function eventsResource(http: Http, feed: Feed): EventsResource {
  const page: EventsResource["page"] = (query, options) =>
    http.call({ method: "GET", path: "v1/events", query }, options);
  return {
    page,
    on: (type, listener) => feed.on(type, listener),
    async *list(range, options) {
      let after = range?.after;
      for (;;) {
        const { data, cursor, hasMore } = await page({ ...range, after }, options);
        yield* data;
        if (!hasMore) return;
        after = cursor;
      }
    },
  };
}
