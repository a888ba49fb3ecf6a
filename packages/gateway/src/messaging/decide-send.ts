import type { CanonicalNumber, ErrorCode, LineCapabilities, Message } from "@trunkline/protocol";

import { Refusal } from "../http/refusal.ts";

/** What a send is decided by. */
export interface SendState {
  readonly line: {
    readonly number: CanonicalNumber | null;
    readonly senderId: string | null;
    readonly capabilities: LineCapabilities;
  };
  readonly recipient: CanonicalNumber;
}

export type SendDecision =
  | { readonly kind: "send"; readonly from: string; readonly to: CanonicalNumber }
  | { readonly kind: "refuse"; readonly code: ErrorCode; readonly message: string };

/** Decides whether a text may leave, and between whom. */
export function decideSend({ line, recipient }: SendState): SendDecision {
  const from = line.number ?? line.senderId;
  if (from === null) throw new TypeError("a line has a number or a sender id");
  if (!line.capabilities.sms) {
    return {
      kind: "refuse",
      code: "invalid_input",
      message: "This line cannot send texts; its capability sms is off.",
    };
  }
  if (recipient === from) {
    return { kind: "refuse", code: "invalid_number", message: "A line cannot text itself." };
  }
  return { kind: "send", from, to: recipient };
}

/** A decision against sending, as an answer. */
export function toRefusal({ code, message }: Extract<SendDecision, { kind: "refuse" }>): Refusal {
  return new Refusal(code, { detail: message });
}

/** Whether a text may be sent again: only one that certainly did not arrive, or whose fate stayed unknown for a day. */
export function decideRetry({
  direction,
  kind,
  status,
}: Pick<Message, "direction" | "kind" | "status">): SendDecision["kind"] {
  const isOver = status === "failed" || status === "undelivered" || status === "canceled";
  return direction === "outbound" && kind === "text" && isOver ? "send" : "refuse";
}
