import { expect, test } from "vitest";
import { readableName } from "./template-values.ts";

test("a variable is called as people read it", () => {
  const names = ["firstName", "first_name", "pick-up.time", "dock", "orderID", "Berth2Name", "_"];
  expect(names.map(readableName)).toEqual([
    "First name",
    "First name",
    "Pick up time",
    "Dock",
    "Order ID",
    "Berth2 name",
    "_",
  ]);
});
