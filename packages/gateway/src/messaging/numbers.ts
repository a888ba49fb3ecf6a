import type { CanonicalNumber } from "@trunkline/protocol";
import { readNumber } from "@trunkline/protocol/phone-number";

/** The country whose notation is understood beside the international one: that of the line. */
export function countryOf(lineNumber: CanonicalNumber | null): string | undefined {
  const reading = lineNumber === null ? null : readNumber(lineNumber);
  return reading?.kind === "phone" ? reading.country : undefined;
}

/** The canonical form of a number that a caller wants to text, or why it cannot be texted. */
export function readRecipient(
  input: string,
  country: string | undefined,
): { kind: "number"; number: CanonicalNumber } | { kind: "invalid"; reason: string } {
  const reading = readNumber(input, country === undefined ? {} : { country });
  if (reading.kind === "invalid") return reading;
  if (reading.kind === "sender_id") return { kind: "invalid", reason: "a sender's name cannot be texted" };
  return { kind: "number", number: reading.number };
}

/** The canonical form of whom a text is from, or to: a carrier's own notation is kept when it is none we can read. */
export function readAddress(input: string, country?: string): string {
  const reading = readNumber(input, country === undefined ? {} : { country });
  return reading.kind === "invalid" ? input.trim().slice(0, 64) : reading.number;
}

/** What makes a thread one thread: its participants in canonical form, in one order. */
export function participantKey(numbers: readonly string[]): string {
  return [...numbers].sort().join(",");
}
