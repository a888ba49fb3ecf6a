import type { Conversation, LineId, Message, Trunkline } from "@trunkline/sdk";

/* What the guides' snippets take for granted, so that each shows one thing. */
declare global {
  const trunkline: Trunkline;
  const lineId: LineId;
  const conversation: Conversation;
  const message: Message;
  const job: { readonly id: string };
  /** Draws something on the reader's page. */
  function show(value: unknown): void;
}
