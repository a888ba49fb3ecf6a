import type { LineId, Message, MessageId } from "@trunkline/protocol";
import type { NewWork } from "../work/queue.ts";

export const CARRIER_BLOCK_KIND = "carrier_block";

export interface CarrierBlockPayload {
  number: string;
  lineId: LineId;
  /** The text that the carrier refused. */
  messageId: MessageId;
  carrierCode: string;
}

/** What is to be recorded of a text that failed because the carrier blocks its number; null for all other texts. */
export function blockOf(lineId: LineId, { id, to, failure, createdAt }: Message): NewWork<CarrierBlockPayload> | null {
  // Without a carrier's code it was us who refused.
  if (failure?.code !== "opted_out" || failure.carrierCode === null || to === null) return null;
  return {
    id: `${CARRIER_BLOCK_KIND}:${id}`,
    kind: CARRIER_BLOCK_KIND,
    lane: lineId,
    serial: to,
    dueAt: new Date(createdAt), // at once: `updatedAt` may be a little ahead of the clock
    payload: { number: to, lineId, messageId: id, carrierCode: failure.carrierCode },
  };
}
