import { toStorableText } from "@trunkline/protocol";
import type { Carrier, HandOver, InboundText, LookUp, Receipt } from "./carrier.ts";

/*
 * What a carrier says is not of our making: NUL in an id, a code without end. It is made storable here, once for all
 * adapters, because one answer that the store refused would hold up its whole line for ever.
 */

/** Longest id of a text that is one. Source: the vendors' own, at most some sixty characters. */
const MAX_ID = 255;
/** What is kept of a carrier's word or number, in UTF-16 code units. */
const MAX_WORD = 200;

/** A carrier all of whose answers the store can hold. */
export function withStorableAnswers(carrier: Carrier): Carrier {
  const { lookUp } = carrier;
  return {
    ...carrier,
    send: async (text, options) => storableHandOver(await carrier.send(text, options)),
    lookUp: lookUp && (async (reference, options) => storableLookUp(await lookUp(reference, options))),
    parseInbound: (body) => storableInbound(carrier.parseInbound(body)),
    parseReceipt: (body) => storableReceipt(carrier.parseReceipt(body)),
  };
}

/** An id that cannot be kept is none: what it names must be found by our own reference. */
function storableHandOver(handOver: HandOver): HandOver {
  if (handOver.kind === "accepted") {
    const carrierMessageId = storableId(handOver.carrierMessageId);
    return carrierMessageId === null ? { kind: "unknown" } : { ...handOver, carrierMessageId };
  }
  return handOver.kind === "refused" ? { ...handOver, carrierCode: storableWord(handOver.carrierCode) } : handOver;
}

function storableLookUp(lookUp: LookUp): LookUp {
  if (lookUp.kind !== "found") return lookUp;
  const receipt = storableReceipt(lookUp.receipt);
  return receipt ? { kind: "found", receipt } : { kind: "unclear" };
}

function storableInbound(text: InboundText | null): InboundText | null {
  const carrierMessageId = text && storableId(text.carrierMessageId);
  if (text === null || carrierMessageId === null) return null;
  const { from, to, at } = text;
  return { carrierMessageId, from: storableWord(from), to: storableWord(to), text: toStorableText(text.text), at };
}

function storableReceipt(receipt: Receipt | null): Receipt | null {
  const carrierMessageId = receipt && storableId(receipt.carrierMessageId);
  if (receipt === null || carrierMessageId === null) return null;
  return {
    ...receipt,
    carrierMessageId,
    reference: storableWord(receipt.reference),
    carrierStatus: storableWord(receipt.carrierStatus),
    carrierCode: storableWord(receipt.carrierCode),
  };
}

/** Cutting an id would make two texts one, so a long one is refused. */
function storableId(id: string): string | null {
  const storable = toStorableText(id);
  return storable === "" || storable.length > MAX_ID ? null : storable;
}

function storableWord<Word extends string | null>(word: Word): Word;
function storableWord(word: string | null): string | null {
  return word === null ? null : toStorableText(word.slice(0, MAX_WORD));
}
