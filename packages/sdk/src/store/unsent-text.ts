import type { ConversationId } from "@trunkline/protocol";
import type { TrunklineError } from "../errors.ts";
import type { MessageRow, UnsentMessage } from "./message-rows.ts";
import type { MessageContent, SendTarget } from "./message-targets.ts";

/** A text that the gateway has not accepted yet. */
export interface UnsentText {
  readonly key: string;
  readonly target: ConversationId | SendTarget;
  readonly content: MessageContent;
  /** What its row says until the gateway has answered. */
  readonly shown: string;
  /** In milliseconds. */
  readonly createdAt: number;
}

export type UnsentRow = Exclude<MessageRow, { state: "accepted" }>;

/** How a thread shows it; with an error it waits for a person. */
export function toRow(text: UnsentText, conversationId: ConversationId, error: TrunklineError | null): UnsentRow {
  const { key, content, shown, createdAt } = text;
  const message: UnsentMessage = {
    id: null,
    clientId: key,
    conversationId,
    sequence: null,
    direction: "outbound",
    kind: "text",
    text: shown,
    templateId: content.templateId ?? null,
    sendAt: isoOf(content.sendAt),
    status: null,
    metadata: content.metadata ?? {},
    createdAt: new Date(createdAt).toISOString(),
  };
  return error ? { key, state: "failed", message, error } : { key, state: "sending", message };
}

/** An instant in the form that messages have; what the gateway will refuse is none. */
function isoOf(sendAt: MessageContent["sendAt"]): string | null {
  const ms = typeof sendAt === "string" ? Date.parse(sendAt) : Number.NaN;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
