/*
 * Numbers as text, without a table of the world's numbering plans: what a browser needs at first load.
 * Validation against those plans is in `@trunkline/protocol/phone-number`.
 */

/** A number in canonical form: E.164 (`+14255550123`), a short code (`12345`), or an alphanumeric sender (`ACME`). */
export type CanonicalNumber = string;

const E164 = /^\+[1-9]\d{6,14}$/;
const SHORT_CODE = /^\d{3,8}$/;
const SENDER_ID = /^(?=.*[A-Za-z])[A-Za-z0-9 &._-]{1,11}$/;

/** E.164 in form: `+`, a country code, 7 to 15 digits in all. Source: ITU-T E.164 §6. */
export const isE164 = (value: string): boolean => E164.test(value);
/** 3 to 8 digits without a country, as carriers hand out for bulk senders. */
export const isShortCode = (value: string): boolean => SHORT_CODE.test(value);
/** Up to 11 letters, digits and a few signs, at least one letter. Source: 3GPP TS 23.040 §9.1.2.5 (11 septets). */
export const isSenderId = (value: string): boolean => SENDER_ID.test(value);

// Country codes with one and with two digits; all others have three. Source: ITU-T E.164 annex, list of 15 December 2023.
const ONE_DIGIT = /^\+[17]/;
const TWO_DIGITS = /^\+(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/**
 * How numbers are grouped behind their country code, by the digits that they begin with (the country code and, where
 * kinds differ, what follows); the longest match counts. `7: "3322"` is +7 912 345 67 89. The last group takes what is left.
 * Sources: the national numbering plans in ITU-T Operational Bulletins; `numbers.test.ts` holds mobile numbers to the
 * grouping in Google's libphonenumber.
 */
const GROUPS: Readonly<Record<string, string>> = {
  "1": "334",
  "7": "3322",
  "20": "28",
  "27": "234",
  "30": "334",
  "31": "234",
  "32": "3222",
  "33": "12222",
  "34": "3222",
  "36": "234",
  "39": "334",
  "40": "333",
  "41": "2322",
  "43": "36",
  "44": "46",
  "45": "2222",
  "46": "2322",
  "47": "2222",
  "48": "333",
  "52": "334",
  "55": "254",
  "56": "144",
  "57": "37",
  "60": "234",
  "61": "144",
  "63": "334",
  "64": "234",
  "65": "44",
  "66": "234",
  "81": "244",
  "82": "244",
  "86": "344",
  "90": "3322",
  "91": "55",
  "92": "37",
  "302": "244",
  "316": "18",
  "351": "333",
  "353": "234",
  "358": "27",
  "380": "234",
  "385": "234",
  "386": "233",
  "420": "333",
  "421": "333",
  "442": "244",
  "614": "333",
  "852": "44",
  "886": "333",
  "966": "234",
  "971": "234",
  "972": "234",
  "3902": "244",
  "3906": "244",
  "4915": "47",
  "4916": "37",
  "4917": "37",
  "4930": "28",
  "4940": "28",
  "4969": "28",
  "4989": "28",
  "5233": "244",
  "5255": "244",
  "5256": "244",
  "5281": "244",
};
const LONGEST_KEY = 4;

/** The country code of an E.164 number, such as `44`; null for anything else. */
export function callingCode(number: string): string | null {
  if (!isE164(number)) return null;
  return number.slice(1, 1 + (ONE_DIGIT.test(number) ? 1 : TWO_DIGITS.test(number) ? 2 : 3));
}

/**
 * A number as people write it: `+442079460123` becomes `+44 20 7946 0123`, and `+14255550123` becomes `(425) 555-0123` for
 * readers in +1 when `home` says so. Countries without a grouping of their own here get groups of three; all of it is for
 * reading, not for dialling rules.
 */
export function displayNumber(number: CanonicalNumber, home?: "1"): string {
  const code = callingCode(number);
  if (code === null) return number;
  const national = number.slice(1 + code.length);
  const groups = grouped(national, groupsOf(number.slice(1), national.length));
  if (code !== "1" || home !== "1" || groups.length !== 3) return `+${code} ${groups.join(" ")}`;
  const [area, ...rest] = groups;
  return `(${area}) ${rest.join("-")}`;
}

/** The sizes of all groups but the last. */
function groupsOf(digits: string, length: number): readonly number[] {
  for (let taken = LONGEST_KEY; taken > 0; taken -= 1) {
    const sizes = [...(GROUPS[digits.slice(0, taken)] ?? "")].map(Number);
    const last = sizes.pop();
    if (last === undefined) continue;
    const left = length - sizes.reduce((sum, size) => sum + size, 0);
    if (left === last || (sizes.length === 1 && left > 2 && left <= last + 2)) return sizes;
  }
  const ofThree = Math.max(0, Math.ceil((length - 4) / 3));
  return Array.from({ length: ofThree }, () => 3);
}

function grouped(national: string, sizes: readonly number[]): string[] {
  const groups: string[] = [];
  let start = 0;
  for (const size of sizes) {
    groups.push(national.slice(start, start + size));
    start += size;
  }
  return [...groups, national.slice(start)];
}
