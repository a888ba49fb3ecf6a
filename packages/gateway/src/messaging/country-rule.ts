import type { SendingSettings } from "@trunkline/protocol";
import { readNumber } from "@trunkline/protocol/phone-number";

/*
 * Texts to countries that nobody has asked for are how strangers turn a business's gateway into their income (SMS
 * pumping), so that a new country is confirmed by a person first.
 */

/** Where a number's owner is by its numbering plan. `domestic` are short codes, which work in their own country alone. */
export type NumberCountry =
  | { readonly kind: "country"; readonly code: string }
  | { readonly kind: "domestic" | "none" };

// Reading a number costs a twentieth of accepting a text; the answer depends on nothing but the number, so all may share it.
const known = new Map<string, NumberCountry>();
const MAX_KNOWN = 10_000;

/** Satellite phones and other networks of no country are `none`. */
export function readCountry(number: string): NumberCountry {
  const present = known.get(number);
  if (present) return present;
  const country = readUnknown(number);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(number, country);
  return country;
}

function readUnknown(number: string): NumberCountry {
  const reading = readNumber(number);
  if (reading.kind === "short_code") return { kind: "domestic" };
  const code = reading.kind === "phone" ? reading.country : undefined;
  return code === undefined ? { kind: "none" } : { kind: "country", code };
}

/** The countries of some lines. */
export function countriesOf(numbers: Iterable<string | null>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const number of numbers) {
    const country = number === null ? null : readCountry(number);
    if (country?.kind === "country") found.add(country.code);
  }
  return found;
}

/**
 * Whether texts may go to a country: one that the tenant named, one of its lines', or any for somebody who wrote first.
 *
 * @param home - countries of the tenant's lines
 */
export function isConfirmed(
  country: NumberCountry,
  { countries }: Pick<SendingSettings, "countries">,
  { home, wroteBefore }: { readonly home: ReadonlySet<string>; readonly wroteBefore: boolean },
): boolean {
  if (countries === "all" || wroteBefore || country.kind === "domestic") return true;
  return country.kind === "country" && (countries.includes(country.code) || home.has(country.code));
}
