import { expect, test } from "vitest";
import { broken, type Check, notChecked, notNeeded, type Outcome, ok, unknown, warning } from "./check.ts";
import { examine } from "./examine.ts";
import { exitCodeOf, inWords } from "./report.ts";

type Made = string[];
const check = (id: string, needs: readonly string[], outcome: Outcome | Error): Check<Made> => ({
  id,
  about: `${id} is well.`,
  needs,
  link: "docs/microsoft.md#doctor",
  run(made) {
    made.push(id);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  },
});
const no = () => null;

test("what stands on something that is not well is not made, and names the root", async () => {
  const made: Made = [];
  const checks = [
    check("a.root", [], broken("gone", "Put it back.")),
    check("a.second", ["a.root"], ok("")),
    check("a.third", ["a.second"], ok("")),
    check("a.own", [], notChecked("a.third")),
    check("a.free", [], ok("")),
    check("a.unused", [], notNeeded("no file")),
    check("a.with_it", ["a.unused"], ok("")),
    check("a.warned", [], warning("soon", "Look.")),
    check("a.after", ["a.warned"], ok("")),
  ];
  const findings = await examine({ checks, ground: made, trouble: no });
  expect(made).toEqual(["a.root", "a.own", "a.free", "a.unused", "a.warned", "a.after"]);
  const states = Object.fromEntries(findings.map(({ id, status, because }) => [id, because ?? status]));
  expect(states).toEqual({
    "a.root": "broken",
    "a.second": "a.root",
    "a.third": "a.root",
    "a.own": "a.root",
    "a.free": "ok",
    "a.unused": "not_needed",
    "a.with_it": "not_needed",
    "a.warned": "warning",
    "a.after": "ok",
  });
  const words = inWords(findings);
  expect(words).toContain("Not checked, because a.root is not well: second, third, own.");
  expect(words).toContain("BROKEN a.root: a.root is well.\n  What to do: Put it back.");
  expect(words).toContain("1 broken, 1 to look at, 3 not checked; 2 checks are well.");
});

test("only what is named is made, with all that it stands on", async () => {
  const checks = [
    check("a.one", [], ok("")),
    check("a.two", ["a.one"], ok("")),
    check("a.two_more", [], ok("")),
    check("b.three", ["a.two"], ok("")),
  ];
  const idsOf = async (...only: string[]) =>
    (await examine({ checks, ground: [], trouble: no, only })).map(({ id }) => id);
  expect(await idsOf("b")).toEqual(["a.one", "a.two", "b.three"]);
  expect(await idsOf("a.two")).toEqual(["a.one", "a.two"]);
  expect(await idsOf("a")).toEqual(["a.one", "a.two", "a.two_more"]);
});

test("an error that means something is a finding; one that does not is a mistake of ours", async () => {
  const away = [check("a.away", [], new RangeError("away"))];
  const trouble = (error: unknown) => (error instanceof RangeError ? unknown(error.message, "Wait.") : null);
  expect(await examine({ checks: away, ground: [], trouble })).toMatchObject([{ status: "unknown", seen: "away" }]);
  await expect(examine({ checks: away, ground: [], trouble: no })).rejects.toThrow(RangeError);
  const early = [check("a.early", ["a.late"], ok("")), check("a.late", [], ok(""))];
  await expect(examine({ checks: early, ground: [], trouble: no })).rejects.toThrow("does not come before it");
});

test.each([
  [0, [ok(""), warning("", ""), notNeeded("")]],
  [1, [broken("", ""), unknown("", "")]],
  [2, [ok(""), unknown("", "")]],
] as const)("exit code %i", async (code, outcomes) => {
  const checks = outcomes.map((outcome, place) => check(`a.${place}`, [], outcome));
  expect(exitCodeOf(await examine({ checks, ground: [], trouble: no }))).toBe(code);
});
