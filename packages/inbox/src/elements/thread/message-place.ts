import type { ConversationId, MessageId, Trunkline } from "@trunkline/sdk";
import type { ReactiveController, ReactiveControllerHost } from "lit";

/** What is looked for, and by whom. */
export interface MessageWanted {
  readonly client: Trunkline | null;
  readonly conversationId: ConversationId | undefined;
  readonly messageId: MessageId | undefined;
}

/** `looking` until it is known; null where there is nothing to begin at. */
type Found = { readonly conversationId: ConversationId; readonly sequence: number } | "looking" | null;

interface PlaceHost extends ReactiveControllerHost {
  report(error: unknown): void;
}

/** Finds where in its conversation a message stands, so that the thread can begin there. */
export class MessagePlaceController implements ReactiveController {
  readonly #host: PlaceHost;
  readonly #wanted: () => MessageWanted;
  #client: Trunkline | null = null;
  #messageId: MessageId | undefined;
  #found: Found = null;

  constructor(host: PlaceHost, wanted: () => MessageWanted) {
    this.#host = host;
    this.#wanted = wanted;
    host.addController(this);
  }

  hostUpdate(): void {
    this.#look();
  }

  /** The message's sequence; null where the thread begins at its end, `looking` until that is known. */
  get sequence(): number | "looking" | null {
    this.#look();
    if (this.#found === null || this.#found === "looking") return this.#found;
    return this.#found.conversationId === this.#wanted().conversationId ? this.#found.sequence : null;
  }

  /** Has the thread begin at its end after all. */
  leave(): void {
    this.#found = null;
    this.#host.requestUpdate();
  }

  #look(): void {
    const { client, messageId } = this.#wanted();
    if (client === this.#client && messageId === this.#messageId) return;
    this.#client = client;
    this.#messageId = messageId;
    this.#found = null;
    if (client === null || messageId === undefined) return;
    this.#found = "looking";
    const settle = (found: Found) => {
      if (this.#client !== client || this.#messageId !== messageId) return;
      this.#found = found;
      this.#host.requestUpdate();
    };
    client.messages.get(messageId).then(settle, (error: unknown) => {
      settle(null); // the conversation is there all the same
      this.#host.report(error);
    });
  }
}
