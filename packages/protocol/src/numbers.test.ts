import examples from "libphonenumber-js/examples.mobile.json" with { type: "json" };
import { type CountryCode, getExampleNumber } from "libphonenumber-js/max";
import { expect, test } from "vitest";
import { callingCode, displayNumber } from "./numbers.ts";

const COUNTRIES =
  "US CA GB IE FR DE AT CH BE NL ES PT IT GR SE NO DK FI PL CZ SK HU RO HR SI UA RU TR ZA EG NG BR MX CL CO AU NZ JP KR CN TW HK SG MY TH PH IN PK AE SA IL";

test.each(COUNTRIES.split(" "))("a mobile number of %s is grouped as libphonenumber groups it", (country) => {
  const example = getExampleNumber(country as CountryCode, examples);
  if (example === undefined) throw new Error(`There is no example for ${country}.`);
  expect(displayNumber(example.number)).toBe(example.formatInternational().replace(/[-.]/g, " "));
});

test.each([
  ["+14255550123", "1"],
  ["+79123456789", "7"],
  ["+447911123456", "44"],
  ["+971500000142", "971"],
  ["12345", null],
  ["ACME", null],
  ["", null],
])("the country code of %j is %j", (number, code) => {
  expect(callingCode(number)).toBe(code);
});

test("every digit of a number is shown, in its order, whatever its length", () => {
  for (const code of ["1", "7", "31", "316", "44", "4915", "5255", "61", "86", "91", "599", "971"]) {
    for (let length = 7; length <= 15; length += 1) {
      const number = `+${code.padEnd(length, "2345678901234")}`;
      expect(displayNumber(number).replace(/\D/g, ""), number).toBe(number.slice(1));
      expect(displayNumber(number), number).not.toMatch(/\s\s|\s$/);
    }
  }
});
