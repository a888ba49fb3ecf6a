import type { Clock } from "../src/index.ts";

/** A `fetch` over a line that a test can break: at once, within the bytes of a stream, or for a while. */
export class BreakableLine {
  /** Nothing passes. */
  isDown = false;
  /** No stream passes, as behind some proxies. */
  refusesStreams = false;
  /** The line breaks when answers to these calls come, although the gateway gives them. */
  losesAnswersTo: RegExp | null = null;
  /** Likewise, with the next answer alone. */
  losesOneAnswerTo: RegExp | null = null;
  /** Breaks the next stream after so many bytes. */
  cutAfterBytes = Number.POSITIVE_INFINITY;
  readonly requests: Request[] = [];
  readonly #fetch: typeof fetch;
  readonly #open = new Set<() => void>();

  constructor(fetch: typeof globalThis.fetch) {
    this.#fetch = fetch;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    if (this.isDown || (this.refusesStreams && request.url.endsWith("/v1/events"))) throw new TypeError("fetch failed");
    this.requests.push(request.clone());
    const response = await this.#fetch(request);
    if (this.#loses(`${request.method} ${request.url}`)) throw new TypeError("the line broke");
    const isStream = response.headers.get("Content-Type")?.startsWith("text/event-stream");
    return isStream && response.body ? new Response(this.#breakable(response.body), response) : response;
  };

  /** How many streams are open. */
  get streams(): number {
    return this.#open.size;
  }

  /** Breaks every stream that is open. */
  cut(): void {
    for (const end of [...this.#open]) end();
  }

  #loses(call: string): boolean {
    if (!this.losesOneAnswerTo?.test(call)) return this.losesAnswersTo?.test(call) ?? false;
    this.losesOneAnswerTo = null;
    return true;
  }

  #breakable(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = body.getReader();
    let left = this.cutAfterBytes;
    this.cutAfterBytes = Number.POSITIVE_INFINITY;
    let end: () => void = () => undefined;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        end = () => {
          this.#open.delete(end);
          controller.error(new TypeError("the line was cut"));
          void reader.cancel().catch(() => undefined);
        };
        this.#open.add(end);
      },
      pull: async (controller) => {
        const { done, value } = await reader.read();
        if (!this.#open.has(end)) return;
        if (done) {
          this.#open.delete(end);
          return controller.close();
        }
        controller.enqueue(value.subarray(0, left));
        left -= value.length;
        if (left <= 0) end();
      },
      cancel: async () => {
        this.#open.delete(end);
        await reader.cancel();
      },
    });
  }
}

/** Longer than any pause before another try, and no longer than the time that one try has. */
const DEADLINE_MS = 10_000;

/**
 * The platform's clock with pauses that are over fifty times as fast, for tests that wait them out. Deadlines stay: what
 * has to be done until then is done by a gateway on this machine, and no faster than on any other day.
 */
export const hastyClock: Clock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => setTimeout(run, ms < DEADLINE_MS ? ms / 50 : ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};
