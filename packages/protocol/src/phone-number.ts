import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/max";
import { type CanonicalNumber, isSenderId, isShortCode } from "./numbers.ts";

export type { CountryCode };

export type NumberReading =
  | { kind: "phone"; number: CanonicalNumber; country: CountryCode | undefined; type: string | undefined }
  | { kind: "short_code"; number: CanonicalNumber }
  | { kind: "sender_id"; number: CanonicalNumber }
  | { kind: "invalid"; reason: string };

export interface ReadNumberOptions {
  /** Country for numbers written without one, as ISO 3166-1 alpha-2. Without it only `+…` and `00…` are understood. */
  country?: string;
}

/** Longest text that is looked at; a longer one is no number and costs nothing. */
const MAX_INPUT = 64;

/**
 * Reads a number in any common notation and gives its one canonical form. All doors use this, so that a thread never
 * splits in two because somebody wrote a space.
 *
 * An E.164 number is accepted when it is valid in its country's numbering plan, landlines included (many are texted).
 * Numbers reserved for fiction and tests, such as `+1 425 555 0123` and `+44 7700 900123`, are accepted as well.
 * Extensions are refused, because no carrier can text one.
 * Source of the plans: Google's libphonenumber, as packaged in libphonenumber-js.
 */
export function readNumber(input: string, { country }: ReadNumberOptions = {}): NumberReading {
  const text = input.trim();
  if (text === "" || text.length > MAX_INPUT) return { kind: "invalid", reason: "not a phone number" };
  if (isShortCode(text)) {
    const national = country ? parse(text, country) : undefined;
    if (!national?.isValid()) return { kind: "short_code", number: text };
  }
  const international = /^00[1-9]/.test(text) ? `+${text.slice(2)}` : text;
  const parsed = parse(international, country);
  if (!parsed) {
    if (isSenderId(text)) return { kind: "sender_id", number: text };
    return {
      kind: "invalid",
      reason:
        /^[\s(+]*\d/.test(text) && !text.startsWith("+")
          ? "write the number with + and its country code"
          : "not a phone number",
    };
  }
  if (parsed.ext) return { kind: "invalid", reason: "a number with an extension cannot be texted" };
  if (!parsed.isPossible()) return { kind: "invalid", reason: "the number has too many or too few digits" };
  const fiction = fictional(parsed.number);
  if (!parsed.isValid() && !fiction) {
    return { kind: "invalid", reason: "no country hands out that number" };
  }
  return { kind: "phone", number: parsed.number, country: parsed.country ?? fiction?.[1], type: parsed.getType() };
}

/** The canonical form of a number that can be texted, or null. Sender ids and short codes do not count. */
export function toE164(input: string, options?: ReadNumberOptions): CanonicalNumber | null {
  const reading = readNumber(input, options);
  return reading.kind === "phone" ? reading.number : null;
}

function parse(text: string, country: string | undefined) {
  const defaultCountry = country !== undefined && isSupportedCountry(country) ? country : undefined;
  return parsePhoneNumberFromString(text, { ...(defaultCountry ? { defaultCountry } : {}), extract: false });
}

/*
 * Numbers set aside for fiction and tests, which no numbering plan lists as valid.
 * Sources: NANPA, "555 Line Numbers": 555-0100 to 555-0199 in any area of +1. Ofcom, "Telephone numbers for use in TV
 * and radio drama programmes": mobiles 07700 900000 to 900999, and 01632 960000 to 960999 outside of any area. ARCEP,
 * decision 2018-0881, numbers for audiovisual works: 06 39 98 00 00 to 06 39 98 99 99.
 */
const FICTIONAL: readonly (readonly [range: RegExp, country: CountryCode | undefined])[] = [
  [/^\+1[2-9]\d{2}55501\d{2}$/, undefined], // its area has one
  [/^\+447700900\d{3}$/, "GB"],
  [/^\+441632960\d{3}$/, "GB"],
  [/^\+3363998\d{4}$/, "FR"],
];

const fictional = (number: string) => FICTIONAL.find(([range]) => range.test(number));
