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
 * A number as people write it: `+1 425 555 0123` becomes `(425) 555-0123` for readers in +1 when `home` says so.
 * Without tables the grouping abroad is plain groups of three; it is for reading, not for dialling rules.
 */
export function displayNumber(number: CanonicalNumber, home?: "1"): string {
  if (!isE164(number)) return number;
  if (number.startsWith("+1") && number.length === 12) {
    const [area, exchange, rest] = [number.slice(2, 5), number.slice(5, 8), number.slice(8)];
    return home === "1" ? `(${area}) ${exchange}-${rest}` : `+1 ${area} ${exchange} ${rest}`;
  }
  const codeLength = ONE_DIGIT.test(number) ? 1 : TWO_DIGITS.test(number) ? 2 : 3;
  const code = number.slice(1, 1 + codeLength);
  const national = number.slice(1 + codeLength);
  const groups: string[] = [];
  let start = 0;
  while (start < national.length) {
    const left = national.length - start;
    const size = left > 4 ? 3 : left;
    groups.push(national.slice(start, start + size));
    start += size;
  }
  return `+${code} ${groups.join(" ")}`;
}
