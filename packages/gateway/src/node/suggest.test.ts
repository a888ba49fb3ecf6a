import fc from "fast-check";
import { expect, test } from "vitest";
import { nearest } from "./suggest.ts";

const NAMES = ["--port", "--host", "--database-url", "--allow-origin", "--sandbox"];

test.each([
  ["--prot", "--port"],
  ["--Port", "--port"],
  ["--databse-url", "--database-url"],
  ["--allow-origins", "--allow-origin"],
  ["--sand", "--sandbox"],
  ["--colour", undefined],
])("%s means %s", (given, meant) => {
  expect(nearest(given, NAMES)).toBe(meant);
});

test("a name with one letter wrong, missing or added is found again", () => {
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), fc.nat(), fc.constantFrom("x", ""), fc.boolean(), (name, at, put, keep) => {
      const place = 2 + (at % (name.length - 2));
      expect(nearest(name.slice(0, place) + put + name.slice(keep ? place : place + 1), NAMES)).toBe(name);
    }),
  );
});
