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
  const shownNumber = displayNumber(number, line?.number?.startsWith("+1") ? "1" : undefined);
  return { number, shownNumber, name, label: name ?? shownNumber, contact };
}

/** A line as people know it. */
export function lineLabel(line: Line): string {
  const number = line.number === null ? line.senderId : displayNumber(line.number, "1");
  return number === null || number === line.name ? line.name : `${line.name} · ${number}`;
}
