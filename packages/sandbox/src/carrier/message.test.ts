import fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_BEHAVIOUR, RECEIPTS } from "./behaviour.ts";
import { planReceipts } from "./message.ts";

const plan = (receipts: (typeof RECEIPTS)[number], errorCode: string | null = null) =>
  planReceipts({ ...DEFAULT_BEHAVIOUR, receipts, errorCode }, 0);
const order = (receipts: (typeof RECEIPTS)[number]) =>
  plan(receipts)
    .receipts.toSorted((a, b) => a.dueAt - b.dueAt)
    .map(({ step }) => step.status);

test("each way of sending receipts is what its name says", () => {
  expect(order("normal")).toEqual(["sent", "delivered"]);
  expect(order("late")).toEqual(["sent", "delivered"]);
  expect(order("twice")).toEqual(["sent", "sent", "delivered", "delivered"]);
  expect(order("reordered")).toEqual(["delivered", "sent"]);
  expect(order("failed")).toEqual(["sent", "failed"]);
  expect(order("undelivered")).toEqual(["sent", "undelivered"]);
  expect(order("none")).toEqual([]);
  expect(plan("late").receipts[0]?.dueAt).toBeGreaterThan(10_000);
});

test("a text that fails says why and does not reach the phone; every other one does", () => {
  expect(plan("failed", "landline").steps.at(-1)).toMatchObject({ status: "failed", errorCode: "landline" });
  expect(plan("failed").steps.at(-1)).toMatchObject({ errorCode: "unreachable" });
  expect(plan("undelivered", "landline").steps.at(-1)).toMatchObject({ status: "undelivered", errorCode: "landline" });
  expect(RECEIPTS.filter((receipts) => !plan(receipts).reaches)).toEqual(["failed", "undelivered"]);
});

test("what is told is what happened, and no receipt comes before it happened", () => {
  fc.assert(
    fc.property(fc.constantFrom(...RECEIPTS), fc.integer({ min: 0, max: 2 ** 45 }), (receipts, at) => {
      const { steps, receipts: told } = planReceipts({ ...DEFAULT_BEHAVIOUR, receipts }, at);
      for (const { dueAt, step } of told) {
        expect(steps).toContain(step);
        expect(dueAt).toBeGreaterThanOrEqual(step.at);
      }
      expect(steps.map((step) => step.at)).toEqual(steps.map((step) => step.at).toSorted((a, b) => a - b));
    }),
  );
});
