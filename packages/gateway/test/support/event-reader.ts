import type { TestGateway } from "./test-gateway.ts";

/** One frame of an event stream; a comment has only `comment`. */
export interface Frame {
  id?: string;
  event?: string;
  data?: string;
  comment?: string;
}

/** Reads an event stream frame by frame. */
export interface EventReader {
  readonly response: Response;
  /** All frames so far. */
  readonly frames: readonly Frame[];
  /** The next frame, comments included; null at the end. */
  next(): Promise<Frame | null>;
  /** Reads until a frame fits, and gives it. @throws when the stream ends first */
  until(fits: (frame: Frame) => boolean): Promise<Frame>;
  /** Reads to the end. */
  rest(): Promise<Frame[]>;
  close(): Promise<void>;
}

export async function readEvents(
  { fetch }: Pick<TestGateway, "fetch">,
  token: string,
  { after, lastEventId, types }: { after?: string; lastEventId?: string; types?: string } = {},
): Promise<EventReader> {
  const query = new URLSearchParams({ ...(after ? { after } : {}), ...(types ? { types } : {}) });
  const response = await fetch(`/v1/events?${query}`, {
    headers: {
      accept: "text/event-stream",
      authorization: `Bearer ${token}`,
      ...(lastEventId ? { "last-event-id": lastEventId } : {}),
    },
  });
  if (response.status !== 200 || response.body === null) throw new Error(`no stream: ${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const frames: Frame[] = [];
  let rest = "";

  async function next(): Promise<Frame | null> {
    for (;;) {
      const end = rest.indexOf("\n\n");
      if (end >= 0) {
        const frame = parse(rest.slice(0, end));
        rest = rest.slice(end + 2);
        frames.push(frame);
        return frame;
      }
      const { value, done } = await reader.read();
      if (done) return null;
      rest += value;
    }
  }

  return {
    response,
    frames,
    next,
    async until(fits) {
      for (;;) {
        const frame = await next();
        if (frame === null) throw new Error(`the stream ended; it had ${JSON.stringify(frames)}`);
        if (fits(frame)) return frame;
      }
    },
    async rest() {
      const read: Frame[] = [];
      for (let frame = await next(); frame !== null; frame = await next()) read.push(frame);
      return read;
    },
    close: () => reader.cancel(),
  };
}

function parse(text: string): Frame {
  const frame: Frame = {};
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^ /, "");
    if (colon === 0) frame.comment = value;
    else if (name === "id" || name === "event" || name === "data") frame[name] = value;
    else throw new Error(`not a line of an event stream: ${line}`);
  }
  return frame;
}
