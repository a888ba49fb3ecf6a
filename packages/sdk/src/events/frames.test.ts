import { createParser } from "eventsource-parser";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Frame, frameReader } from "./frames.ts";

function read(pieces: readonly string[]): Frame[] {
  const frames: Frame[] = [];
  const feed = frameReader((frame) => frames.push(frame));
  for (const piece of pieces) feed(piece);
  return frames;
}

test.each([
  ["a frame", "id: c1\nevent: message.created\ndata: {}\n\n", [{ id: "c1", event: "message.created", data: "{}" }]],
  [
    "other line ends",
    "id:c1\rdata:a\r\rid:c2\r\ndata:b\r\n\r\n: \n",
    [
      { id: "c1", data: "a" },
      { id: "c2", data: "b" },
    ],
  ],
  ["several lines of data", "data: a\ndata:\ndata:  b\n\n", [{ data: "a\n\n b" }]],
  ["comments", ": \n\n:hello\ndata: a\n: b: c\n\n", [{ data: "a" }]],
  ["a name without a colon", "data\ndata: a\nfoo\n\n", [{ data: "\na" }]],
  ["a place without an event", "id: c9\n\n", [{ id: "c9" }]],
  ["what is broken off", "id: c1\ndata: a\n\nid: c2\ndata: b\n", [{ id: "c1", data: "a" }]],
])("%s", (_, text, frames) => {
  const expected = frames.map((frame) => ({ id: "", event: "", data: "", ...frame }));
  expect(read([text])).toEqual(expected);
  expect(read([...text, ""])).toEqual(expected);
});

test("any stream reads as another implementation of the standard reads it, wherever it is cut", () => {
  const line = fc.oneof(
    fc.constantFrom(
      "",
      "",
      "data: {}",
      "data:",
      "data",
      "id: c1",
      "id: c2",
      "event: x",
      ": ping",
      "retry: 10",
      "odd: 1",
    ),
    fc.string({ unit: fc.constantFrom("d", ":", " ", "\u2028", "é") }).map((text) => `data:${text}`),
  );
  const end = fc.constantFrom("\n", "\r\n", "\r");
  const whole = fc.array(fc.tuple(line, end), { maxLength: 40 }).map((lines) => lines.flat().join(""));
  fc.assert(
    fc.property(whole, fc.array(fc.nat({ max: 8 }), { minLength: 1, maxLength: 60 }), (lines, lengths) => {
      const text = `${lines}\n\n: the end\n`; // so that no line's end is left in doubt
      const pieces: string[] = [];
      for (let at = 0, n = 0; at < text.length; n++) {
        const length = 1 + (lengths[n % lengths.length] ?? 0);
        pieces.push(text.slice(at, at + length));
        at += length;
      }
      const expected: string[][] = [];
      const other = createParser({ onEvent: ({ event = "", data }) => expected.push([event, data]) });
      other.feed(text);
      const frames = read(pieces).filter(({ data }) => data !== "");
      expect(frames.map(({ event, data }) => [event, data])).toEqual(expected.filter(([, data]) => data !== ""));
    }),
  );
});
