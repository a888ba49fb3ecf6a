import type { ConversationId, ListMessages } from "@trunkline/protocol";
import { invalid, Refusal } from "../http/refusal.ts";
import type { MessageWindow } from "./message-store.ts";

/**
 * The window of sequences that a page shows. `after` is the sequence that the page before ended with; the order says
 * which side it bounds. Around a message the page has as many on each side.
 *
 * @throws Refusal invalid_input when more than one bound is named, invalid_cursor for a position that is no sequence
 */
export function windowOf(
  conversationId: ConversationId,
  { order = "desc", beforeSequence, afterSequence, aroundSequence }: ListMessages,
  { after, limit }: { after: readonly [string] | null; limit: number },
): MessageWindow {
  const bounds = [beforeSequence, afterSequence, aroundSequence].filter((bound) => bound !== undefined);
  if (bounds.length > 1) {
    throw invalid(["aroundSequence"], "name one of beforeSequence, afterSequence and aroundSequence");
  }
  const window = { conversationId, order, above: afterSequence ?? 0, below: beforeSequence ?? null, limit };
  if (after !== null) {
    if (!/^\d{1,9}$/.test(after[0])) throw new Refusal("invalid_cursor");
    const end = Number(after[0]);
    return order === "asc" ? { ...window, above: Math.max(window.above, end) } : { ...window, below: end };
  }
  if (aroundSequence === undefined) return window;
  const half = Math.floor((limit - 1) / 2);
  return order === "asc"
    ? { ...window, above: Math.max(0, aroundSequence - half - 1) }
    : { ...window, below: aroundSequence + half + 1 };
}
