import fc from "fast-check";
import { expect, test } from "vitest";
import { isFinalStatus, MESSAGE_STATUSES, mergeStatus } from "./message-status.ts";

const status = fc.constantFrom(...MESSAGE_STATUSES.filter((name) => name !== "received"));
// `failed` and `canceled` share a rank: a text is canceled by us before a carrier could refuse it, never both.
const reports = fc.array(
  status.filter((name) => name !== "canceled"),
  { minLength: 1, maxLength: 8 },
);

test("every order and repetition of the same reports ends in the same status", () => {
  fc.assert(
    fc.property(reports, fc.infiniteStream(fc.nat()), (given, shuffle) => {
      const inOrder = given.reduce(mergeStatus, "queued");
      const repeated = [...given, ...given];
      const keyed = repeated.map((value) => ({ value, key: shuffle.next().value }));
      const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
      expect(shuffled.reduce(mergeStatus, "queued")).toBe(inOrder);
    }),
  );
});

test("a status never moves back", () => {
  fc.assert(
    fc.property(status, status, (present, reported) => {
      const merged = mergeStatus(present, reported);
      expect(mergeStatus(merged, present)).toBe(merged);
    }),
  );
});

test("a late `sent` does not undo `delivered`, and a receipt settles `unknown`", () => {
  expect(mergeStatus("delivered", "sent")).toBe("delivered");
  expect(mergeStatus("unknown", "delivered")).toBe("delivered");
  expect(mergeStatus("unknown", "sending")).toBe("unknown");
  expect(isFinalStatus("unknown")).toBe(false);
  expect(isFinalStatus("undelivered")).toBe(true);
});
