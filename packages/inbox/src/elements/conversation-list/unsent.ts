import type { ConversationId, Trunkline, UnsentRow } from "@trunkline/sdk";
import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Texts that the gateway has not accepted: whoever has gone on to another conversation still sees that one was refused. */
export class UnsentWatch implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly isConnected: boolean };
  readonly #wanted: () => Trunkline | null;
  #client: Trunkline | null = null;
  #stop: () => void = () => undefined;

  constructor(host: ReactiveControllerHost & { readonly isConnected: boolean }, wanted: () => Trunkline | null) {
    this.#host = host;
    this.#wanted = wanted;
    host.addController(this);
  }

  hostUpdate(): void {
    const client = this.#host.isConnected ? this.#wanted() : null;
    if (client === this.#client) return;
    this.#stop();
    this.#client = client;
    this.#stop = client?.unsent.watch(() => this.#host.requestUpdate()) ?? (() => undefined);
  }

  hostDisconnected(): void {
    this.#stop();
    this.#client = null;
  }

  /** The latest of a conversation. */
  lastOf(conversationId: ConversationId): UnsentRow | undefined {
    return this.#client?.unsent.of(conversationId).at(-1);
  }
}
