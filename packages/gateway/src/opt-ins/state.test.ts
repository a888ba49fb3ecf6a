import { OPT_IN_METHODS, OPT_IN_STATES, type OptInMethod, type OptInState } from "@trunkline/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldHistory, type LedgerEntry } from "./state.ts";

let made = 0;
/** An entry one minute after the one made before it. */
function entry(state: OptInState, method: OptInMethod, more: Partial<LedgerEntry> = {}): LedgerEntry {
  made++;
  const at = new Date(Date.UTC(2026, 0, 1) + made * 60_000).toISOString();
  return {
    id: `oie_${String(made).padStart(8, "0")}`,
    at,
    state,
    method,
    wording: null,
    evidence: null,
    certain: true,
    ...more,
  };
}
const stop = () => entry("opted_out", "keyword", { wording: "stop" });
const start = () => entry("opted_in", "keyword", { wording: "start" });
const form = () =>
  entry("opted_in", "web_form", {
    evidence: { method: "web_form", wording: "Text me offers", url: "https://a.example/join" },
  });
const words = () => entry("opted_out", "phrase", { wording: "wrong number", certain: false });
const staff = (state: OptInState) => entry(state, "staff", { evidence: { method: "staff", note: "asked me to" } });
const stateOf = (...entries: LedgerEntry[]) => foldHistory(entries).state;

describe("a STOP", () => {
  test("holds against staff and programs", () => {
    expect(stateOf(stop(), staff("opted_in"))).toBe("opted_out");
    expect(stateOf(stop(), staff("unknown"))).toBe("opted_out");
    expect(stateOf(stop(), entry("opted_in", "api"), entry("opted_in", "import"), entry("pending", "api"))).toBe(
      "opted_out",
    );
    expect(stateOf(stop(), entry("opted_in", "web_form")), "a form without its words").toBe("opted_out");
    expect(stateOf(stop(), entry("opted_in", "verbal", { evidence: { method: "verbal", note: "said ok" } }))).toBe(
      "opted_out",
    );
  });

  test("is lifted by START, by a YES to our question, and by later documented consent", () => {
    expect(stateOf(stop(), start())).toBe("opted_in");
    expect(stateOf(stop(), entry("opted_in", "double_opt_in", { wording: "yes" }))).toBe("opted_in");
    expect(stateOf(stop(), form())).toBe("opted_in");
    expect(stateOf(stop(), { ...form(), state: "pending" })).toBe("pending");
    expect(stateOf(form(), stop()), "consent that came before it lifts nothing").toBe("opted_out");
  });

  test("keeps the time at which it began, however often it is said", () => {
    const first = stop();
    expect(foldHistory([first, stop(), entry("opted_out", "carrier")])).toMatchObject({
      since: first.at,
      method: "keyword",
    });
  });
});

describe("plain words", () => {
  test("hold at once and ask for a look", () => {
    expect(foldHistory([form(), words()])).toMatchObject({ state: "opted_out", method: "phrase", needsReview: true });
  });

  test("that staff find to be none bring back what held before", () => {
    const agreed = form();
    expect(foldHistory([agreed, words(), staff("opted_in")])).toMatchObject({
      state: "opted_in",
      method: "web_form",
      since: agreed.at,
      needsReview: false,
    });
    expect(foldHistory([words(), staff("opted_in")])).toMatchObject({ state: "unknown", needsReview: false });
  });

  test("that staff find to be meant are as firm as a STOP", () => {
    const meant = [form(), words(), staff("opted_out")];
    expect(foldHistory(meant)).toMatchObject({ state: "opted_out", needsReview: false });
    expect(stateOf(...meant, staff("opted_in"))).toBe("opted_out");
  });

  test("give way to a STOP, and add nothing after one", () => {
    expect(foldHistory([words(), stop()])).toMatchObject({ method: "keyword", needsReview: false });
    expect(foldHistory([stop(), words()])).toMatchObject({ method: "keyword", needsReview: false });
    expect(stateOf(words(), entry("opted_in", "api")), "a program has not looked").toBe("opted_out");
  });
});

test("what staff opted out they may take back", () => {
  expect(stateOf(staff("opted_out"), staff("opted_in"))).toBe("opted_in");
  expect(stateOf(staff("opted_out"), entry("opted_in", "api"))).toBe("opted_out");
});

test("a carrier's block is lifted by START alone", () => {
  const block = entry("opted_out", "carrier");
  expect(foldHistory([block, form()])).toMatchObject({ state: "opted_in", carrierBlocked: true });
  expect(foldHistory([block, form(), start()])).toMatchObject({ state: "opted_in", carrierBlocked: false });
  expect(foldHistory([block, staff("opted_in")])).toMatchObject({ state: "opted_out", carrierBlocked: true });
});

test("a changed number begins anew, but for the carrier's block", () => {
  const changed = () => entry("unknown", "number_changed");
  expect(foldHistory([form(), changed()])).toMatchObject({ state: "unknown", carrierBlocked: false });
  expect(stateOf(stop(), changed(), staff("opted_in")), "the former owner's STOP is not the new owner's").toBe(
    "opted_in",
  );
  expect(foldHistory([entry("opted_out", "carrier"), changed()])).toMatchObject({
    state: "unknown",
    carrierBlocked: true,
  });
});

const anyEntry = fc
  .record({
    state: fc.constantFrom(...OPT_IN_STATES),
    method: fc.constantFrom(...OPT_IN_METHODS),
    wording: fc.constantFrom(null, "", "words"),
    evidence: fc.constantFrom(null, {}, { url: "https://a.example" }, { note: "x" }),
    certain: fc.boolean(),
    minute: fc.nat(30),
    id: fc.uuid(),
  })
  .map(
    ({ minute, ...rest }): LedgerEntry => ({ ...rest, at: new Date(Date.UTC(2026, 5, 1, 0, minute)).toISOString() }),
  );
const history = fc.array(anyEntry, { maxLength: 14 });
const later = (entries: LedgerEntry[]) => entries.map((one) => ({ ...one, at: one.at.replace("2026-06", "2026-07") }));

test("the order and the number of times in which entries become known make no difference", () => {
  fc.assert(
    fc.property(
      history.chain((given) =>
        fc.tuple(fc.constant(given), fc.shuffledSubarray([...given, ...given], { minLength: given.length * 2 })),
      ),
      ([given, shuffled]) => {
        expect(foldHistory(shuffled)).toEqual(foldHistory(given));
      },
    ),
    { numRuns: 2_000 },
  );
});

test("after any history and a STOP nothing of staff's, programs' or imports' lifts it", () => {
  const powerless = history.map((given) =>
    later(given).filter(({ method }) => ["staff", "api", "import", "phrase"].includes(method)),
  );
  fc.assert(
    fc.property(history, powerless, (before, after) => {
      expect(foldHistory([...before, { ...stop(), at: "2026-06-30T00:00:00.000Z" }, ...after]).state).toBe("opted_out");
    }),
    { numRuns: 2_000 },
  );
});

test("after any history START opts in and lifts the block", () => {
  fc.assert(
    fc.property(history, (before) => {
      const folded = foldHistory([...before, { ...start(), at: "2026-06-30T00:00:00.000Z" }]);
      expect(folded).toMatchObject({ state: "opted_in", carrierBlocked: false, needsReview: false });
    }),
    { numRuns: 2_000 },
  );
});

test("a block stays as long as no START follows it", () => {
  fc.assert(
    fc.property(history, history, (before, after) => {
      const block = { ...entry("opted_out", "carrier"), at: "2026-06-30T00:00:00.000Z" };
      const rest = later(after);
      const isStarted = rest.some(
        ({ state, method }) => state === "opted_in" && ["keyword", "carrier"].includes(method),
      );
      const isBlocked = foldHistory([...before, block, ...rest]).carrierBlocked;
      if (!isStarted) expect(isBlocked).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test("what follows a changed number does not depend on what came before", () => {
  fc.assert(
    fc.property(history, history, (before, after) => {
      const changed = { ...entry("unknown", "number_changed"), at: "2026-06-30T00:00:00.000Z" };
      const [whole, rest] = [
        foldHistory([...before, changed, ...later(after)]),
        foldHistory([changed, ...later(after)]),
      ];
      expect({ ...whole, carrierBlocked: false }).toEqual({ ...rest, carrierBlocked: false });
    }),
    { numRuns: 2_000 },
  );
});

test("only an opt-out in plain words waits for a look", () => {
  fc.assert(
    fc.property(history, (given) => {
      const { needsReview, state } = foldHistory(given);
      if (needsReview) expect(state).toBe("opted_out");
    }),
    { numRuns: 2_000 },
  );
});
