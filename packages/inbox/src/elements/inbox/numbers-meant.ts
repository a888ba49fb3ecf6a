import { callingCode, isE164 } from "@trunkline/protocol/vocabulary";

/*
 * What is dialled before a number within a country, and left out from abroad; "0" where nothing else stands here.
 * Source: ITU-T E.164, "Dialling procedures (international prefix, national trunk prefix)", Operational Bulletin 994.
 */
const TRUNK_PREFIX: Readonly<Record<string, string>> = { "1": "1", "7": "8", "36": "06" };

/** Whether a number is written with its country code, so that nothing has to be known of who reads it. */
export function hasCountry(written: string): boolean {
  return /^\s*(?:\+|00)/.test(written);
}

/**
 * Which numbers somebody may mean who writes one as it is written in the country of a line: with a country code it is that
 * one, without it the number in each line's country, with and without the trunk prefix. The gateway knows the numbering
 * plans and refuses what is none; this needs no tables.
 *
 * @param lineNumbers - E.164, or null for lines without a number
 * @returns E.164 in form, the likeliest first
 */
export function numbersMeant(written: string, lineNumbers: readonly (string | null)[]): string[] {
  const digits = written.replace(/\D/g, "");
  if (hasCountry(written)) return [`+${digits.replace(/^00/, "")}`].filter(isE164);
  const codes = new Set(lineNumbers.flatMap((number) => callingCode(number ?? "") ?? []));
  const meant = [...codes].flatMap((code) => {
    const prefix = TRUNK_PREFIX[code] ?? "0";
    const whole = `+${code}${digits}`;
    return digits.startsWith(prefix) ? [`+${code}${digits.slice(prefix.length)}`, whole] : [whole];
  });
  return [...new Set(meant)].filter(isE164);
}
