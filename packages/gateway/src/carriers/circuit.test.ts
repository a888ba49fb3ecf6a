import fc from "fast-check";
import { expect, test } from "vitest";
import { ask, begin, type Circuit, CLOSED, hear } from "./circuit.ts";

const START = 1_000_000;
const ANSWER_MS = 15_000;

/** A circuit after `count` failures, `gapMs` apart. */
function failing(count: number, gapMs = 10, from: Circuit = CLOSED): Circuit {
  let circuit = from;
  for (let n = 0; n < count; n++) circuit = hear(circuit, `text ${n}`, false, START + n * gapMs);
  return circuit;
}

test("ten failures in a row within a minute open it, and nine do not", () => {
  expect(failing(9).kind).toBe("closed");
  expect(failing(10)).toMatchObject({ kind: "open", openings: 1 });
});

test("a success between them, or more time than a minute, keeps it closed", () => {
  expect(failing(9, 10, hear(failing(9), "text", true, START)).kind).toBe("closed");
  expect(failing(100, 7_000).kind).toBe("closed");
});

test("it stays open longer each time that it is tried in vain, up to a minute, and a success forgets all that", () => {
  let circuit = failing(10);
  const waits: number[] = [];
  let now = START + 90;
  for (let n = 0; n < 7; n++) {
    if (circuit.kind !== "open") throw new Error("it must be open");
    waits.push(circuit.until - now);
    now = circuit.until;
    circuit = hear(ask(circuit, "probe", now).circuit, "probe", false, now);
  }
  expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
  expect(hear(circuit, "probe", true, now)).toEqual(CLOSED);
});

test("a text that had begun before it opened and failed later does not make it stay open longer", () => {
  const circuit = failing(10);
  expect(hear(circuit, "late", false, START + 4_000)).toBe(circuit);
  expect(hear(circuit, "late", true, START + 4_000)).toEqual(CLOSED);
});

interface Step {
  after: number;
  text: number;
  does: "ask" | "fail" | "succeed";
}
const steps = fc.array(
  fc.record<Step>({
    after: fc.nat(8_000),
    text: fc.nat(4),
    does: fc.constantFrom("ask", "ask", "fail", "fail", "fail", "succeed"),
  }),
  { maxLength: 120 },
);

test("whatever happens: nothing begins while it is open, one at a time tries, and some time later something begins", () => {
  fc.assert(
    fc.property(steps, fc.boolean(), (given, startsOpen) => {
      let circuit = startsOpen ? failing(10) : CLOSED;
      let now = START + 100;
      const onTheWay = new Set<string>();
      for (const { after, text, does } of given) {
        now += after;
        const name = `text ${text}`;
        const before = circuit;
        if (does !== "ask") {
          circuit = hear(circuit, name, does === "succeed", now);
          onTheWay.delete(name);
          if (does === "succeed") expect(circuit).toEqual(CLOSED);
          continue;
        }
        const asked = ask(circuit, name, now);
        circuit = asked.circuit;
        if (asked.passage.kind === "wait") {
          expect(asked.passage.until).toBeGreaterThan(now);
          continue;
        }
        if (before.kind !== "closed") {
          expect(circuit).toMatchObject({ kind: "half_open", probe: name });
          expect(now >= before.until || (before.kind === "half_open" && before.probe === name)).toBe(true);
        }
        const begun = begin(circuit, name, { now, answerMs: ANSWER_MS });
        expect(begun.passage).toEqual({ kind: "go" });
        circuit = begun.circuit;
        for (const other of ["text 7", "text 8"]) {
          if (circuit.kind === "half_open") {
            expect(ask(circuit, other, now).passage.kind).toBe("wait");
            expect(begin(circuit, other, { now, answerMs: ANSWER_MS }).passage.kind).toBe("wait");
          }
        }
        onTheWay.add(name);
      }
      // However it stands, asking as told gets somebody through.
      for (let tries = 0; ; tries++) {
        const { passage } = ask(circuit, "anybody", now);
        if (passage.kind === "go") break;
        now = passage.until;
        expect(tries).toBeLessThan(80);
      }
    }),
  );
});
