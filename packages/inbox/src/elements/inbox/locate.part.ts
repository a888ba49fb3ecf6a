import type { Conversation, ConversationId, LineId, MessageId, Trunkline } from "@trunkline/sdk";
import { hasCountry, numbersMeant } from "./numbers-meant.ts";
import type { OpenTarget } from "./open-target.ts";

/** How long the gateway is waited for, in milliseconds, before somebody is let begin a conversation. */
const FIND_WITHIN = 5_000;

export interface LocateParts {
  /** Null where nobody can be asked; nobody is found then. */
  readonly client: Trunkline | null;
  /** What is in the list already; only what it holds is known there. */
  readonly shown: readonly Conversation[];
  readonly lineId: LineId | undefined;
  readonly record: string | undefined;
}

/** Where a target is: in a conversation, or nowhere yet. */
export type Location =
  | { readonly conversationId: ConversationId; readonly messageId?: MessageId }
  | { readonly conversationId: null };

/**
 * Finds the conversation that a target means. Where the gateway cannot tell whom it knows, nobody is found: the first
 * text to a number finds its conversation then.
 *
 * @throws TrunklineError for a message that is not there, or not to be seen
 */
export async function locate(target: OpenTarget, parts: LocateParts): Promise<Location> {
  if ("conversationId" in target) return target;
  const { client } = parts;
  if (client === null) return { conversationId: null };
  if ("messageId" in target) {
    const { messageId } = target;
    const { conversationId } = await client.messages.get(messageId);
    return { conversationId, messageId };
  }
  const found =
    "to" in target ? await withNumber(client, target, parts) : await newest(client, { record: target.record });
  return { conversationId: found };
}

async function withNumber(
  client: Trunkline,
  { to, lineId = undefined }: Extract<OpenTarget, { to: string }>,
  parts: LocateParts,
): Promise<ConversationId | null> {
  if (to.trim() === "") return null;
  const line = lineId ?? parts.lineId;
  const lines = hasCountry(to)
    ? null
    : await client.lines
        .list({}, { timeoutMs: FIND_WITHIN })
        .page()
        .catch(() => null);
  const ours = (lines?.data ?? []).filter(({ id }) => line === undefined || id === line);
  const meant = numbersMeant(
    to,
    ours.map(({ number }) => number),
  );
  const shown = parts.shown.find(
    (conversation) =>
      (line === undefined || conversation.lineId === line) &&
      conversation.participants.some(({ number }) => meant.includes(number)),
  );
  if (shown) return shown.id;
  const filter = { lineId: line, record: parts.record };
  const found = await Promise.all(meant.map((participant) => newest(client, { ...filter, participant })));
  return found.find((id) => id !== null) ?? null;
}

async function newest(
  client: Trunkline,
  filter: Parameters<Trunkline["conversations"]["list"]>[0],
): Promise<ConversationId | null> {
  return client.conversations
    .list({ ...filter, limit: 1 }, { timeoutMs: FIND_WITHIN })
    .page()
    .then(
      ({ data }) => data[0]?.id ?? null,
      () => null,
    );
}
