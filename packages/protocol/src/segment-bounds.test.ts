import fc from "fast-check";
import { expect, test } from "vitest";
import { segmentBounds, type VariableBounds } from "./segment-bounds.ts";
import { segments } from "./segments.ts";
import { renderTemplate } from "./template.ts";

const counts = (template: string, variables?: Record<string, VariableBounds>) => {
  const { least, most } = segmentBounds(template, variables);
  return [least.segments, most.segments];
};

test("a template without variables takes what its text takes", () => {
  expect(counts("Ready at 5")).toEqual([1, 1]);
  expect(counts("a".repeat(161))).toEqual([2, 2]);
  expect(counts("я".repeat(300))).toEqual([5, 5]);
  expect(counts("")).toEqual([0, 0]);
});

test("an unknown alphabet may turn the text to UCS-2", () => {
  const template = `Hi {{name}}, ${"a".repeat(90)}`;
  expect(segmentBounds(template, { name: { maxLength: 20 } })).toEqual({
    least: { encoding: "gsm7", segments: 1 },
    most: { encoding: "ucs2", segments: 2 },
  });
  expect(counts(template, { name: { maxLength: 20, alphabet: "gsm7" } })).toEqual([1, 1]);
});

test("a value in GSM 7-bit may cost two septets a character, a basic one costs one", () => {
  const template = `${"a".repeat(130)}{{code}}`;
  expect(counts(template, { code: { maxLength: 20, alphabet: "gsm7" } })).toEqual([1, 2]);
  expect(counts(template, { code: { maxLength: 20, alphabet: "basic" } })).toEqual([1, 1]);
  expect(counts(template, { code: { minLength: 31, maxLength: 40, alphabet: "basic" } })).toEqual([2, 2]);
});

test("a default counts as a value that may stand there", () => {
  expect(counts(`{{name|${"x".repeat(170)}}}`, { name: { maxLength: 3, alphabet: "basic" } })).toEqual([0, 2]);
  expect(segmentBounds("{{name|λ}}", { name: { maxLength: 3, alphabet: "basic" } }).most.encoding).toBe("ucs2");
  expect(counts(`${"a".repeat(160)}{{name|}}`, { name: { minLength: 5, alphabet: "basic" } })[0]).toBe(1);
});

test("a sign that joins the value before it may move that value's end into the next part", () => {
  const value = `\u200d${"a".repeat(47)}🇫🇷🇫🇷${"a".repeat(11)}`; // 67 units: the first joins what stands before it
  const taken = segments(value + value).segments;
  expect(taken).toBe(3);
  expect(counts("{{code}}{{code}}", { code: { maxLength: 67 } })[1]).toBe(taken);
});

const ALPHABETS = {
  basic: fc.constantFrom(..."abc XYZ@Ç"),
  gsm7: fc.constantFrom(..."ab€[]~^"),
  any: fc.constantFrom(..."aя€", "😀", "👩🏿‍❤️‍💋‍👩🏿", "e\u0301", "\u0301", "\u200d", "🇫🇷", "👨‍👩‍👧‍👦"),
} as const;
const bounds = fc.record({ minLength: fc.nat(5), room: fc.nat(90), alphabet: fc.constantFrom("basic", "gsm7", "any") });
const words = (size: number) => fc.array(fc.constantFrom(..."abc def €я👍"), { maxLength: size, size: "max" });

test("no values within the bounds take more than the most or less than the least", () => {
  let met = 0;
  fc.assert(
    fc.property(
      fc.record({ name: bounds, code: bounds }),
      fc.array(fc.oneof(words(70), fc.constantFrom("{{name}}", "{{code}}", "{{code|[x]}}")), { maxLength: 6 }),
      fc.boolean(),
      fc.gen(),
      (variables, given, plain, pick) => {
        const text = given.map((part) => (typeof part === "string" ? part : part.join(""))).join("");
        const template = plain ? text.replaceAll(/[я👍]/gu, "a") : text;
        const described = Object.entries(variables).map(([name, { minLength, room, alphabet }]) => {
          return [name, { minLength, maxLength: minLength + room, alphabet }] as const;
        });
        const values = described.map(([name, { minLength, maxLength, alphabet }]) => {
          const length = pick(fc.constantFrom, minLength, maxLength);
          let value = "";
          for (const char of pick(fc.array<string>, ALPHABETS[alphabet], {
            minLength: length,
            maxLength: length,
            size: "max",
          })) {
            if (value.length + char.length <= length) value += char;
          }
          return [name, value.padEnd(minLength, "a")];
        });
        const { least, most } = segmentBounds(template, Object.fromEntries(described));
        const taken = segments(renderTemplate(template, Object.fromEntries(values)).text).segments;
        expect(taken).toBeLessThanOrEqual(most.segments);
        expect(taken).toBeGreaterThanOrEqual(least.segments);
        if (taken === most.segments && taken > 1) met++;
      },
    ),
    { numRuns: 3_000 },
  );
  expect(met, "the most is often met").toBeGreaterThan(300);
});
