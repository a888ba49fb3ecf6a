import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { displayNumber } from "./numbers.ts";
import { readNumber, toE164 } from "./phone-number.ts";

describe("one number has one canonical form", () => {
  test.each([
    ["+14255550123", "+14255550123"],
    ["+1 (425) 555-0123", "+14255550123"],
    ["+1.425.555.0123", "+14255550123"],
    ["001 425 555 0123", "+14255550123"],
    ["  +49 30 901820 ", "+4930901820"],
    ["+44 (0)20 7946 0958", "+442079460958"],
    ["+44 7700 900123", "+447700900123"],
    ["+33 6 39 98 12 34", "+33639981234"],
  ])("%s", (written, canonical) => {
    expect(toE164(written)).toBe(canonical);
  });

  test("a national number is understood with its country, and refused without one", () => {
    expect(toE164("(425) 555-0123", { country: "US" })).toBe("+14255550123");
    expect(readNumber("(425) 555-0123")).toEqual({
      kind: "invalid",
      reason: "write the number with + and its country code",
    });
  });

  test.each([
    ["+14255550123", "US"],
    ["+16045550123", "CA"],
    ["+447700900123", "GB"],
    ["+33639981234", "FR"],
    ["+4930901820", "DE"],
    ["+88213300655", undefined],
  ])("%s belongs to %s, fiction included", (number, country) => {
    expect(readNumber(number)).toMatchObject({ kind: "phone", country });
  });

  test("the form is a fixed point: reading it again changes nothing", () => {
    const number = fc.integer({ min: 2_000_000, max: 9_999_999 }).map((local) => `+1425${local}`);
    fc.assert(
      fc.property(number, (given) => {
        const once = toE164(given);
        if (once !== null) expect(toE164(once)).toBe(once);
      }),
    );
  });
});

test.each([
  "",
  "   ",
  "hello there, friend",
  "+",
  "+0",
  "+999123456",
  "+1425555",
  "+14255550123 ext. 5",
  "1".repeat(5000),
  "+1425555012٣٤",
])("%j is no number, and costs nothing to refuse", (text) => {
  expect(toE164(text)).toBeNull();
});

test("short codes and sender ids are told apart from phone numbers", () => {
  expect(readNumber("12345")).toEqual({ kind: "short_code", number: "12345" });
  expect(readNumber("ACME")).toEqual({ kind: "sender_id", number: "ACME" });
});

test("the old Mexican mobile prefix is refused rather than split into a thread of its own", () => {
  expect(readNumber("+5215512345678").kind).toBe("invalid");
  expect(toE164("+525512345678")).toBe("+525512345678");
});

test.each([
  ["+14255550123", "+1 425 555 0123"],
  ["+442079460123", "+44 20 7946 0123"],
  ["+447911123456", "+44 7911 123456"],
  ["+4930901820", "+49 30 901820"],
  ["+35312345678", "+353 123 456 78"],
  ["12345", "12345"],
  ["ACME", "ACME"],
])("%s is shown as %s", (number, shown) => {
  expect(displayNumber(number)).toBe(shown);
});

test("a reader at home in +1 sees the number without its country", () => {
  expect(displayNumber("+14255550123", "1")).toBe("(425) 555-0123");
});
