import type {
  Actor,
  Broadcast,
  BroadcastCounts,
  BroadcastRecipient,
  BroadcastState,
  MessageStatus,
  RecipientState,
} from "@trunkline/protocol";
import type { Selectable } from "kysely";
import { failureOf } from "../messaging/merge-outcome.ts";
import { isoOf } from "../messaging/message-row.ts";
import type { Tables } from "../store/tables.ts";
import type { TemplateWords } from "../templates/choose-variant.ts";

export type BroadcastRow = Omit<Selectable<Tables["broadcasts"]>, "tenant_id">;

/** A broadcast with what the store knows beyond the wire. */
export interface StoredBroadcast {
  /** Its `counts` are those that were told last. */
  readonly broadcast: Broadcast;
  /** What it says, as it was when the broadcast was made. */
  readonly words: TemplateWords;
  readonly actor: Actor | null;
  /** The first recipient that nothing was decided about. */
  readonly nextIndex: number;
  readonly skipped: number;
  /** Nothing more is expected to change its counts. */
  readonly isSettled: boolean;
  /** When it was told last, in milliseconds. */
  readonly toldAt: number;
}

export function toStored(row: BroadcastRow): StoredBroadcast {
  return {
    broadcast: {
      id: row.id,
      name: row.name,
      lineId: row.line_id,
      text: row.template_id === null ? row.text : null,
      templateId: row.template_id,
      state: row.state,
      counts: row.counts,
      author: row.author,
      sendAt: isoOf(row.send_at),
      held:
        row.held_code === null || row.held_until === null
          ? null
          : { code: row.held_code, until: row.held_until.toISOString() },
      metadata: row.metadata,
      createdAt: row.created_at.toISOString(),
      startedAt: isoOf(row.started_at),
      completedAt: isoOf(row.completed_at),
      updatedAt: row.updated_at.toISOString(),
    },
    words: { text: row.text, locale: row.locale, variants: row.variants },
    actor: row.actor,
    nextIndex: row.next_index,
    skipped: row.skipped,
    isSettled: row.is_settled,
    toldAt: row.told_at.getTime(),
  };
}

/** A broadcast's texts by status. */
export type StatusCounts = Readonly<Partial<Record<MessageStatus, number>>>;

/** Counts recipients by where they stand: those with a text by its status, the others by what the broadcast knows. */
export function countRecipients(
  { broadcast: { state, counts }, skipped }: Pick<StoredBroadcast, "broadcast" | "skipped">,
  statuses: StatusCounts,
): BroadcastCounts {
  const { total } = counts;
  const of = (...names: readonly MessageStatus[]) => names.reduce((sum, name) => sum + (statuses[name] ?? 0), 0);
  const withText = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  const without = Math.max(0, total - skipped - withText);
  return {
    total,
    waiting: of("scheduled", "queued") + (state === "canceled" ? 0 : without),
    sending: of("sending", "unknown", "sent"),
    delivered: of("delivered"),
    failed: of("failed", "undelivered"),
    skipped,
    canceled: of("canceled") + (state === "canceled" ? without : 0),
  };
}

export interface RecipientRow {
  index: number;
  number: string;
  failure: BroadcastRecipient["failure"];
  message_id: BroadcastRecipient["messageId"];
  conversation_id: BroadcastRecipient["conversationId"];
  status: MessageStatus | null;
  text_failure: BroadcastRecipient["failure"];
}

export function toRecipient(row: RecipientRow, state: BroadcastState): BroadcastRecipient {
  const { index, number, message_id: messageId, conversation_id: conversationId } = row;
  const stands = standing(row, state);
  return { index, to: number, messageId, conversationId, ...stands };
}

function standing(
  row: RecipientRow,
  state: BroadcastState,
): { state: RecipientState } & Pick<BroadcastRecipient, "failure"> {
  if (row.failure !== null) return { state: "skipped", failure: row.failure };
  if (row.status !== null) return { state: row.status, failure: row.text_failure };
  if (state === "canceled") return { state: "canceled", failure: failureOf("broadcast_canceled", null) };
  return { state: "waiting", failure: null };
}
