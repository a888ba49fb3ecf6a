import type { AnyEvent, Message, TemplateId } from "@trunkline/protocol";
import { Listeners } from "../events/listeners.ts";
import type { ConversationTable } from "./conversation-table.ts";
import type { ViewParts } from "./live-view.ts";
import type { Outbox } from "./outbox.ts";

export interface StoreParts {
  readonly conversations: ConversationTable;
  readonly outbox: Outbox;
  readonly templateNames: Map<TemplateId, string>;
  readonly view: ViewParts;
}

/** What the client holds, and the one way by which events and answers reach it. */
export class Store {
  readonly conversations: ConversationTable;
  readonly outbox: Outbox;
  /** Of the templates that the client has read: for rows whose words only the gateway knows. */
  readonly templateNames: Map<TemplateId, string>;
  /** What every live view is made with. */
  readonly view: ViewParts;
  /** Messages that answers brought, for live lists. */
  readonly messages: Listeners<Message>;

  constructor({ conversations, outbox, templateNames, view }: StoreParts) {
    this.conversations = conversations;
    this.outbox = outbox;
    this.templateNames = templateNames;
    this.view = view;
    this.messages = new Listeners(view.report);
  }

  /** Takes an event, before live views hear of it. */
  apply(event: AnyEvent): void {
    if (event.type === "message.created") this.outbox.recognize(event.data);
    this.conversations.apply(event);
  }

  /** Takes a text of ours that was accepted. */
  accepted(message: Message): void {
    this.takeMessage(message);
    const { conversationId, sequence, author } = message;
    // Whoever answers has read what they answer to, and the gateway counts it so.
    if (author.kind === "user") this.conversations.read({ conversationId, readThroughSequence: sequence });
  }

  /** Takes a message that an answer brought. */
  takeMessage(message: Message): void {
    this.conversations.message(message);
    this.messages.call(message);
  }
}
