import type { Conversation, LineId, Message, TemplateId, Trunkline } from "@trunkline/sdk";

/* What the guides' snippets take for granted, so that each shows one thing. */
declare global {
  const trunkline: Trunkline;
  const lineId: LineId;
  const templateId: TemplateId;
  const conversation: Conversation;
  const message: Message;
  const job: { readonly id: string };
  /** Draws something on the reader's page. */
  function show(value: unknown): void;
}
