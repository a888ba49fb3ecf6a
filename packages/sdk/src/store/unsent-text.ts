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

/** Texts on their way that no thread needs to be open for. */
export interface UnsentTexts {
  /** Those into a conversation that the gateway has not accepted yet, in the order in which they were written. */
  of(conversationId: ConversationId): readonly UnsentRow[];
  /** Calls whenever one comes, goes or changes; returns how to stop that. */
  watch(listener: () => void): () => void;
}

/** What came of the tries so far: with an error it waits for a person, with a delay for the next try. */
export interface Tries {
  readonly error: TrunklineError | null;
  readonly delay: Extract<UnsentRow, { state: "sending" }>["delay"];
}

/** How a thread shows it. */
export function toRow(text: UnsentText & Tries, conversationId: ConversationId): UnsentRow {
  const { key, content, shown, createdAt, error, delay } = text;
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
  return error ? { key, state: "failed", message, error } : { key, state: "sending", message, delay };
}

/** An instant in the form that messages have; what the gateway will refuse is none. */
function isoOf(sendAt: MessageContent["sendAt"]): string | null {
  const ms = typeof sendAt === "string" ? Date.parse(sendAt) : Number.NaN;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
