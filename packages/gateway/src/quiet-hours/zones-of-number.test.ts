import { expect, test } from "vitest";
import { isTimeZone } from "../zone-clock.ts";
import { AREA_CODE_ZONES } from "./area-code-zones.ts";
import { COUNTRY_ZONES } from "./country-zones.ts";
import { zonesOfNumber } from "./zones-of-number.ts";

test.each([
  ["+12065550100", ["America/Los_Angeles"]],
  ["+18505550100", ["America/New_York", "America/Chicago"]],
  ["+14485550100", ["America/New_York", "America/Chicago"]],
  ["+16895550100", ["America/New_York"]],
  ["+19285550100", ["America/Denver", "America/Phoenix"]],
  ["+18085550100", ["Pacific/Honolulu"]],
  ["+16715550100", ["Pacific/Guam"]],
  ["+18765550100", ["America/Jamaica"]],
  ["+447700900123", ["Europe/London"]],
  ["+77010000000", ["Asia/Almaty"]],
  ["+5511987654321", ["America/Sao_Paulo", "America/Noronha", "America/Manaus", "America/Rio_Branco"]],
])("the zones of %s are those of its area code or country", (number, zones) => {
  expect(new Set(zonesOfNumber(number))).toEqual(new Set(zones));
});

test("a number of +1 without a place may be anywhere from Newfoundland to Hawaii", () => {
  for (const number of ["+18005550100", "+18885550100", "+15005550100", "+12995550100"]) {
    expect(zonesOfNumber(number)).toEqual(expect.arrayContaining(["America/St_Johns", "Pacific/Honolulu"]));
  }
});

test("what is no number of a country has no zones", () => {
  for (const number of ["12345", "ACME", "", "+", "+8816123456789", "+80012345678", "+0123456789"]) {
    expect(zonesOfNumber(number)).toEqual([]);
  }
});

test("every zone in the tables is known to the platform, and no code stands twice", () => {
  const zones = new Set([...AREA_CODE_ZONES.values(), ...COUNTRY_ZONES.values()].flat());
  expect([...zones].filter((zone) => !isTimeZone(zone))).toEqual([]);
  expect(AREA_CODE_ZONES.size).toBeGreaterThan(440);
  for (const code of AREA_CODE_ZONES.keys()) expect(code).toMatch(/^[2-9]\d{2}$/);
  for (const code of COUNTRY_ZONES.keys()) expect(code).toMatch(/^[2-9]\d{1,2}$|^7[67]?$/);
});
