import { type CanonicalNumber, displayNumber } from "@trunkline/protocol/vocabulary";
import type { Conversation, Line } from "@trunkline/sdk";
import type { ContactDirectory, ResolvedContact } from "./contacts.ts";

/** The person at the other end of a conversation, as far as anybody knows them. */
export interface Person {
  readonly number: CanonicalNumber;
  /** The number as it is read in the line's own country. */
  readonly shownNumber: string;
  /** Null where only the number is known. */
  readonly name: string | null;
  /** The name, else the number. */
  readonly label: string;
  readonly contact: ResolvedContact | null;
}

/** Who a conversation is with: the host's contact goes before the name that came with the conversation. */
export function personOf(
  conversation: Pick<Conversation, "participants">,
  contacts: ContactDirectory,
  line: Pick<Line, "number"> | undefined,
): Person {
  const participant = conversation.participants[0];
  const number = participant?.number ?? "";
  const contact = number === "" ? null : contacts.get(number);
  const name = contact?.name || participant?.name || null;
  const shown = shownNumber(number, line);
  return { number, shownNumber: shown, name, label: name ?? shown, contact };
}

/** A number as it is read in a line's own country; with its country code where that is not known. */
export function shownNumber(number: CanonicalNumber, line?: Pick<Line, "number">): string {
  return displayNumber(number, line?.number?.startsWith("+1") ? "1" : undefined);
}

/** A line as people know it. */
export function lineLabel(line: Line): string {
  const number = line.number === null ? line.senderId : shownNumber(line.number, line);
  return number === null || number === line.name ? line.name : `${line.name} · ${number}`;
}
