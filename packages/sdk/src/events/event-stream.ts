import { HEADERS, STREAM_CAUGHT_UP, STREAM_END, STREAM_READY, STREAM_RESET } from "@trunkline/protocol/vocabulary";
import type { AuthorizedFetch } from "../auth/authorized-fetch.ts";
import { TrunklineError } from "../errors.ts";
import { networkError } from "../http.ts";
import { problemError } from "../problem.ts";
import { abortError, unlessAborted } from "../waiting.ts";
import { type Frame, frameReader } from "./frames.ts";

/** What comes out of a stream. */
export interface StreamSink {
  /** The gateway answered: from here on nothing is missed. */
  ready(): void;
  /** What had been missed has all been told. */
  caughtUp(): void;
  /** Where to go on after a cut. Told before the event that the cursor belongs to is. */
  cursor(cursor: string): void;
  /** What is held may be stale. */
  reset(): void;
  /** An event's envelope, unread. */
  event(data: unknown): void;
  /** Bytes came, be they only a heartbeat. */
  alive(): void;
}

export interface StreamRequest {
  /** Address of `GET /v1/events`. */
  readonly url: string;
  readonly fetch: AuthorizedFetch;
  /** Where to go on; null for "from now on". */
  readonly after: string | null;
  readonly signal: AbortSignal;
  readonly sink: StreamSink;
}

/** The gateway ended the stream for a reason that it told. */
export interface StreamEnding {
  readonly reason: string;
}

/**
 * Follows one stream to its end. Resolves when the gateway ended it, with the reason when there was one; rejects when it
 * was not to be had, or broke, or the signal said so.
 */
export async function followStream({ url, fetch, after, signal, sink }: StreamRequest): Promise<StreamEnding | null> {
  const headers: Record<string, string> = { Accept: "text/event-stream" };
  if (after !== null) headers[HEADERS.lastEventId] = after;
  const response = await fetch(new Request(url, { headers, signal }));
  if (!response.ok) throw await problemError(response, url);
  if (!response.body || !response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
    void response.body?.cancel();
    throw networkError(new TypeError("the answer was no event stream"));
  }
  return readStream(response.body, signal, sink);
}

async function readStream(body: ReadableStream<Uint8Array>, signal: AbortSignal, sink: StreamSink) {
  let ending: StreamEnding | null = null;
  const feed = frameReader((frame) => {
    if (frame.id !== "") sink.cursor(frame.id);
    ending = readFrame(frame, sink) ?? ending;
  });
  const reader = body.getReader();
  const decoder = new TextDecoder();
  // An in-process gateway's body does not end by the signal of its request.
  const onAbort = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    for (;;) {
      const { done, value } = await unlessAborted(reader.read(), signal);
      if (done) return ending;
      sink.alive();
      feed(decoder.decode(value, { stream: true }));
      if (ending) return ending;
    }
  } catch (error) {
    if (signal.aborted) throw abortError(signal);
    throw error instanceof TrunklineError ? error : networkError(error);
  } finally {
    signal.removeEventListener("abort", onAbort);
    onAbort();
  }
}

function readFrame({ event, data }: Frame, sink: StreamSink): StreamEnding | null {
  const content = parse(data);
  if (content === null) return null;
  if (event === STREAM_READY) sink.ready();
  else if (event === STREAM_CAUGHT_UP) sink.caughtUp();
  else if (event === STREAM_RESET) sink.reset();
  else if (event === STREAM_END) return { reason: String((content as Partial<StreamEnding>).reason) };
  else sink.event(content);
  return null;
}

function parse(data: string): object | null {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" ? value : null;
  } catch {
    return null; // a frame of a newer gateway that is no JSON is an unknown event like any other
  }
}
