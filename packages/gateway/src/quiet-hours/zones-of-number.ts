import { AREA_CODE_ZONES } from "./area-code-zones.ts";
import { COUNTRY_ZONES } from "./country-zones.ts";

/**
 * Where a number of +1 may be when its area code names no place: toll-free, personal and new codes. The zones of the
 * states and of Canada stand for all of +1. The islands of the Pacific (+1 670, 671, 684) are left out: with them there
 * would be no hour of the day at which all may be texted, and their numbers have codes of their own.
 */
const ANYWHERE_IN_1 = [
  "America/New_York",
  "America/Chicago",
  "America/Denver",
  "America/Phoenix",
  "America/Los_Angeles",
  "America/Anchorage",
  "America/Adak",
  "Pacific/Honolulu",
  "America/Regina",
  "America/Halifax",
  "America/Puerto_Rico",
  "America/St_Johns",
] as const;

/**
 * The time zones in which the owner of an E.164 number may live: those of the area code in +1, of the country elsewhere.
 * A number is no proof of place, because people move and keep it; where the contact's own zone is known, it goes first.
 * Sources: see `area-code-zones.ts` and `country-zones.ts`.
 *
 * @returns IANA names, at least one; none for short codes, sender ids and codes without a country (satellite phones)
 */
export function zonesOfNumber(number: string): readonly string[] {
  if (!/^\+[1-9]\d{5,14}$/.test(number)) return [];
  if (number.startsWith("+1")) return AREA_CODE_ZONES.get(number.slice(2, 5)) ?? ANYWHERE_IN_1;
  for (const length of [3, 2, 1]) {
    const zones = COUNTRY_ZONES.get(number.slice(1, 1 + length));
    if (zones) return zones;
  }
  return [];
}
