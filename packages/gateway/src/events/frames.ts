import {
  HEARTBEAT_MS,
  STREAM_CAUGHT_UP,
  STREAM_END,
  STREAM_READY,
  STREAM_RESET,
  type StreamCaughtUp,
  type StreamEnd,
  type StreamReset,
} from "@trunkline/protocol";
import { joinBytes } from "../bytes.ts";

/*
 * Frames of `text/event-stream`. Source: WHATWG HTML, "Server-sent events", section "Parsing an event stream".
 */

const encoder = new TextEncoder();

/** An event of the log. JSON holds no raw line break, so that one `data:` line is enough. */
export const eventFrame = (cursor: string, type: string, body: string): Uint8Array =>
  encoder.encode(`id: ${cursor}\nevent: ${type}\ndata: ${body}\n\n`);

/** What is told once and not kept: without an id, so that nobody resumes from it. */
export const signalFrame = (type: string, body: string): Uint8Array =>
  encoder.encode(`event: ${type}\ndata: ${body}\n\n`);

/** The first frame: where the stream stands and how often it shows that it lives. */
export const readyFrame = (cursor: string): Uint8Array =>
  eventFrame(cursor, STREAM_READY, JSON.stringify({ cursor, heartbeatMs: HEARTBEAT_MS }));

/** The end of what was missed. Its id lies beyond all that the reader may not see, so a new stream need not read that again. */
export const caughtUpFrame = (cursor: string): Uint8Array =>
  eventFrame(cursor, STREAM_CAUGHT_UP, JSON.stringify({ cursor } satisfies StreamCaughtUp));

/** What the reader holds may be stale. The id is where it goes on once it has read again. */
export const resetFrame = (cursor: string, reset: StreamReset): Uint8Array =>
  eventFrame(cursor, STREAM_RESET, JSON.stringify(reset));

/** The last frame. It has no id, so that the reader resumes from the last event. */
export const endFrame = (end: StreamEnd): Uint8Array =>
  encoder.encode(`event: ${STREAM_END}\ndata: ${JSON.stringify(end)}\n\n`);

/** A comment that keeps proxies and readers from giving up. */
export const heartbeatFrame = (): Uint8Array => encoder.encode(": \n\n");

/** Several frames as one chunk. */
export function joinFrames(frames: readonly Uint8Array[]): Uint8Array {
  const [first] = frames;
  if (first && frames.length === 1) return first;
  return joinBytes(frames);
}
