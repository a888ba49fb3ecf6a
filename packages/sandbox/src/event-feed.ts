import type { WorldClock } from "./clock.ts";

const HEARTBEAT_MS = 15_000;

/** One thing that happened, as it goes out on an event stream. */
export interface FeedEvent {
  readonly type: string;
  readonly data: unknown;
}

export interface FeedStreamOptions<Event> {
  clock: WorldClock;
  /** Goes out before anything that happens after the call. */
  first: FeedEvent;
  /** Picks among what happens. @default everything */
  accepts?: (event: Event) => boolean;
  /** Called once, when the reader has left or the feed was closed. */
  onEnd?: () => void;
}

/** Tells listeners what happens, in order, and nothing of what was before. */
export class EventFeed<Event extends FeedEvent> {
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #streams = new Set<() => void>();

  emit(event: Event): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  /** Returns the way out. */
  on(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends every stream. */
  close(): void {
    for (const end of [...this.#streams]) end();
  }

  /** An answer of `text/event-stream` that lasts until its reader leaves. */
  stream({ clock, first, accepts = () => true, onEnd }: FeedStreamOptions<Event>): Response {
    const encoder = new TextEncoder();
    let end: () => void = () => undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const write = (text: string) => controller.enqueue(encoder.encode(text));
        const frame = ({ type, data }: FeedEvent) => write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
        let cancelBeat: () => void = () => undefined;
        const beat = () => {
          cancelBeat = clock.at(clock.now() + HEARTBEAT_MS, () => {
            write(":\n\n");
            beat();
          });
        };
        frame(first);
        beat();
        const stop = this.on((event) => {
          if (accepts(event)) frame(event);
        });
        end = () => {
          stop();
          cancelBeat();
          this.#streams.delete(close);
          onEnd?.();
        };
        const close = () => {
          end();
          controller.close();
        };
        this.#streams.add(close);
      },
      cancel: () => end(),
    });
    return new Response(body, {
      headers: { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" },
    });
  }
}
