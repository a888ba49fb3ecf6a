import { toStorableText } from "@trunkline/protocol";
import type { Carrier, HandOver, InboundText, LookUp, Receipt, WebhookContent } from "./carrier.ts";

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
  const { lookUp, listHistory } = carrier;
  return {
    ...carrier,
    send: async (text, options) => storableHandOver(await carrier.send(text, options)),
    lookUp: lookUp && (async (text, options) => storableLookUp(await lookUp(text, options))),
    listHistory:
      listHistory &&
      (async (since, page, options) => {
        const history = await listHistory(since, page, options);
        return { texts: [], receipts: [], ...storableContent(history), next: history.next };
      }),
    read: (webhook) => storableContent(carrier.read(webhook)),
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
  if (lookUp.kind === "alike")
    return { kind: "alike", receipts: lookUp.receipts.flatMap((one) => storableReceipt(one) ?? []) };
  if (lookUp.kind !== "found") return lookUp;
  const receipt = storableReceipt(lookUp.receipt);
  return receipt ? { kind: "found", receipt } : { kind: "unclear" };
}

/** What has no id that can be kept is left out; a webhook of which nothing is left is unreadable. */
function storableContent(content: WebhookContent | null): WebhookContent | null {
  if (content === null) return null;
  const texts = content.texts.flatMap((text) => storableInbound(text) ?? []);
  const receipts = content.receipts.flatMap((receipt) => storableReceipt(receipt) ?? []);
  const hadSome = content.texts.length + content.receipts.length > 0;
  return hadSome && texts.length + receipts.length === 0 ? null : { texts, receipts };
}

function storableInbound(text: InboundText): InboundText | null {
  const carrierMessageId = storableId(text.carrierMessageId);
  if (carrierMessageId === null) return null;
  const { from, to, at } = text;
  return { carrierMessageId, from: storableWord(from), to: storableWord(to), text: toStorableText(text.text), at };
}

function storableReceipt(receipt: Receipt): Receipt | null {
  const carrierMessageId = storableId(receipt.carrierMessageId);
  if (carrierMessageId === null) return null;
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
