import { type CreateBroadcast, ERROR_CODES, type Failure, type TemplateId } from "@trunkline/protocol";
import type { Refusal } from "../http/refusal.ts";
import { readContent } from "../messaging/content.ts";
import { failureOf } from "../messaging/merge-outcome.ts";
import { countryOf, readRecipient } from "../messaging/numbers.ts";
import type { Tables } from "../store/tables.ts";
import type { TemplateWords } from "../templates/choose-variant.ts";

/** A recipient as it is stored before anything was sent. */
export interface NewRecipient {
  readonly index: number;
  /** Canonical; as it was given when it is no number. */
  readonly number: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly locale: string | null;
  /** Why there will never be a text. */
  readonly failure: Failure | null;
}

/** Reads a call's recipients, in its order. One that can get no text has its reason, and is in nobody's way. */
export function readRecipients(
  given: CreateBroadcast["recipients"],
  words: TemplateWords,
  lineNumber: Tables["lines"]["number"],
): NewRecipient[] {
  const country = countryOf(lineNumber);
  const taken = new Set<string>();
  return given.map(({ to, variables = {}, locale = null }, index) => {
    const reading = readRecipient(to, country);
    const number = reading.kind === "number" ? reading.number : to;
    const recipient = { index, number, variables, locale };
    if (reading.kind === "invalid") {
      const message = `${ERROR_CODES.invalid_number.title}: it ${reading.reason}.`;
      return { ...recipient, failure: { ...failureOf("invalid_number", null), message } };
    }
    const text = writeText(words, recipient);
    if (typeof text !== "string") return { ...recipient, failure: text };
    if (taken.has(number)) return { ...recipient, failure: failureOf("duplicate_recipient", null) };
    taken.add(number);
    return { ...recipient, failure: null };
  });
}

/** What one recipient is told, or why they cannot be told anything. */
export function writeText(
  words: TemplateWords,
  { variables, locale }: Pick<NewRecipient, "variables" | "locale">,
): string | Failure {
  const content = { templateId: OWN_WORDS, variables, locale: locale ?? undefined };
  const { text, refusals } = readContent(content, new Map([[OWN_WORDS, words]]), 0);
  const [refusal] = refusals;
  if (refusal) return toFailure(refusal);
  if (text === null) throw new TypeError("a broadcast has words");
  return text;
}

/** Stands for the words that the broadcast keeps; the template that they are from may have changed since. */
const OWN_WORDS: TemplateId = "tpl_";

/** A refusal as the reason of a text that was not sent. */
export const toFailure = ({ code, message }: Refusal): Failure => ({
  code,
  carrierCode: null,
  message,
  retryable: ERROR_CODES[code].retryable,
});
