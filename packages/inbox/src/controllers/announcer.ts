import type { Conversation, Message, Trunkline } from "@trunkline/sdk";
import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Phrase } from "../locales/en.ts";
import type { Environment } from "../shared/environment.ts";
import { personOf } from "../shared/people.ts";

const MORE: Phrase = { one: "{count} new message", other: "{count} new messages" };

/** Texts that come within this time are told together, so that a burst does not talk over itself. */
const GATHER_MS = 400;

/** What is read out: who wrote what, or how many texts have come; `shown` are the conversations that are known. */
export function announcementOf(
  messages: readonly Message[],
  { words, contacts }: Environment,
  shown: readonly Conversation[],
): string {
  const [message] = messages;
  if (!message || messages.length > 1) return words.fill(MORE, { count: messages.length });
  const known = shown.find(({ id }) => id === message.conversationId);
  const participants = known?.participants ?? [
    { number: message.from ?? "", contactId: null, name: message.author.name },
  ];
  const name = personOf({ participants }, contacts, undefined).label;
  return words.fill("{name}: {text}", { name, text: message.text });
}

/**
 * Says what has just come in, for a polite live region of its own. It hears events, not renderings: history that is
 * loaded, scrolled to or sent by us is never read out.
 */
export class AnnouncerController implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly isConnected: boolean };
  readonly #client: () => Trunkline | null;
  readonly #say: (messages: readonly Message[]) => string;
  #following: Trunkline | null = null;
  #stop: (() => void) | null = null;
  #gathered: Message[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What the live region holds. */
  text = "";

  constructor(
    host: ReactiveControllerHost & { readonly isConnected: boolean },
    client: () => Trunkline | null,
    say: (messages: readonly Message[]) => string,
  ) {
    this.#host = host;
    this.#client = client;
    this.#say = say;
    host.addController(this);
  }

  hostUpdate(): void {
    const client = this.#client();
    if (!this.#host.isConnected || client === this.#following) return;
    this.#leave();
    this.#following = client;
    this.#stop = client?.events.on("message.created", ({ data }) => this.#hear(data)) ?? null;
  }

  hostDisconnected(): void {
    this.#leave();
  }

  #leave(): void {
    this.#stop?.();
    this.#stop = null;
    this.#following = null;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#gathered = [];
  }

  #hear(message: Message): void {
    if (message.direction !== "inbound") return;
    this.#gathered.push(message);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.text = this.#say(this.#gathered);
      this.#gathered = [];
      this.#host.requestUpdate();
    }, GATHER_MS);
  }
}
