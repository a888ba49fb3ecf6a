import fc from "fast-check";
import { expect, test } from "vitest";
import { type Credential, WARNING_DAYS, type WarningDays, watchCredentials } from "./credentials-watch.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2026-11-22T12:00Z");
const NOTHING = new Map<string, WarningDays>();

function credential(id: string, kind: Credential["kind"], fromDays: number, toDays: number): Credential {
  return { id, kind, startsAt: NOW + fromDays * DAY, expiresAt: NOW + toDays * DAY };
}

test("a certificate signs in before a secret that lasts longer, and the secret when the certificate has ended", () => {
  const secret = credential("s", "secret", -1, 700);
  expect(watchCredentials([secret, credential("c", "certificate", -1, 90)], NOTHING, NOW).use?.id).toBe("c");
  expect(watchCredentials([secret, credential("c", "certificate", -90, 0)], NOTHING, NOW).use?.id).toBe("s");
});

test("during a rotation the new one takes over when it begins, not before", () => {
  const old = credential("old", "certificate", -300, 20);
  const next = credential("next", "certificate", 1, 400);
  expect(watchCredentials([old, next], NOTHING, NOW).use?.id).toBe("old");
  expect(watchCredentials([old, next], NOTHING, NOW + DAY).use?.id).toBe("next");
});

test("nothing works: nothing is used", () => {
  expect(watchCredentials([credential("c", "certificate", -9, 0)], NOTHING, NOW)).toEqual({ use: null, warnings: [] });
  expect(watchCredentials([credential("c", "certificate", 1, 9)], NOTHING, NOW).use).toBeNull();
});

test("an end is told at 60, 30, 7 and 1 days, once each, to the millisecond", () => {
  const one = credential("c", "certificate", -300, 61);
  const warned = new Map<string, WarningDays>();
  const told: [number, number][] = [];
  for (let hour = 0; hour <= 62 * 24; hour += 1) {
    for (const warning of watchCredentials([one], warned, NOW + hour * (DAY / 24)).warnings) {
      told.push([hour / 24, warning.days]);
      warned.set(warning.credentialId, warning.days);
    }
  }
  expect(told).toEqual([
    [1, 60],
    [31, 30],
    [54, 7],
    [60, 1],
  ]);
  expect(watchCredentials([one], NOTHING, NOW + DAY - 1).warnings).toEqual([]);
});

test("after a long silence only the nearest warning is given, and it tells whether a successor works on", () => {
  const old = credential("old", "secret", -300, 5);
  const only = watchCredentials([old], new Map([["old", 60]]), NOW).warnings;
  expect(only).toEqual([{ credentialId: "old", kind: "secret", days: 7, expiresAt: old.expiresAt, replaced: false }]);
  const both = watchCredentials([old, credential("next", "certificate", 3, 300)], NOTHING, NOW).warnings;
  expect(both).toMatchObject([{ credentialId: "old", replaced: true }]);
  const late = watchCredentials([old, credential("next", "certificate", 6, 300)], NOTHING, NOW).warnings;
  expect(late).toMatchObject([{ credentialId: "old", replaced: false }]);
});

const aCredential = fc
  .tuple(fc.constantFrom("a", "b", "c", "d"), fc.boolean(), fc.integer({ min: -99, max: 99 }), fc.nat(99))
  .map(([id, secret, from, days]) => credential(id, secret ? "secret" : "certificate", from, from + days));
const someCredentials = fc.uniqueArray(aCredential, { selector: (each) => each.id, minLength: 1 });

test("what is used works now; the order of the list does not matter; what was told is not told again", () => {
  fc.assert(
    fc.property(someCredentials, (list) => {
      const report = watchCredentials(list, NOTHING, NOW);
      const works = list.filter((each) => each.startsAt <= NOW && NOW < each.expiresAt);
      expect(report.use === null).toBe(works.length === 0);
      if (report.use !== null) expect(works).toContain(report.use);
      expect(watchCredentials(list.toReversed(), NOTHING, NOW)).toEqual(report);
      const warned = new Map(report.warnings.map((warning) => [warning.credentialId, warning.days]));
      expect(watchCredentials(list, warned, NOW).warnings).toEqual([]);
      for (const { days } of report.warnings) expect(WARNING_DAYS).toContain(days);
    }),
  );
});
