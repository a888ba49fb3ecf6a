import type { ConversationId, Trunkline, UserId } from "@trunkline/sdk";
import type { ReactiveController } from "lit";
import type { TrunklineElement } from "../../shared/element.ts";

/** Said again while it goes on: half of what the gateway lets it hold. */
const VIEWING_EVERY_MS = 30_000;
const TYPING_EVERY_MS = 3_000;
/** What is written for this conversation; other fields in a thread are not. */
const WRITING = "textarea:is([part=input], .note-text)";

export interface CompanyPlace {
  readonly client: Trunkline | null;
  readonly conversationId: ConversationId | undefined;
  readonly userId: UserId | null;
  readonly maySend: boolean;
}

interface Somebody {
  readonly name: string;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Who else has this conversation open or types in it, and telling them the same of the reader. */
export class Company implements ReactiveController {
  readonly #host: TrunklineElement;
  readonly #place: () => CompanyPlace;
  readonly #viewing = new Map<UserId, Somebody>();
  readonly #typing = new Map<UserId, Somebody>();
  #client: Trunkline | null = null;
  #conversationId: ConversationId | undefined;
  #stops: readonly (() => void)[] = [];
  #typingToldAt: number | null = null;

  constructor(host: TrunklineElement, place: () => CompanyPlace) {
    this.#host = host;
    this.#place = place;
    host.addController(this);
  }

  /** Names of colleagues who type, by when they were heard first. */
  get typing(): readonly string[] {
    return [...this.#typing.values()].map(({ name }) => name);
  }

  /** Names of colleagues who look and do not type. */
  get viewing(): readonly string[] {
    return [...this.#viewing].flatMap(([id, { name }]) => (this.#typing.has(id) ? [] : name));
  }

  hostUpdate(): void {
    const { client, conversationId, userId } = this.#place();
    const wanted = this.#host.isConnected && userId !== null ? client : null;
    if (wanted === this.#client && conversationId === this.#conversationId) return;
    this.#leave();
    if (wanted && conversationId) this.#enter(wanted, conversationId);
  }

  hostDisconnected(): void {
    this.#leave();
  }

  #enter(client: Trunkline, conversationId: ConversationId): void {
    this.#client = client;
    this.#conversationId = conversationId;
    const page = this.#host.ownerDocument;
    const again = setInterval(() => this.#tellViewing(), VIEWING_EVERY_MS);
    const onVisibility = () => this.#tell("setViewing", page.visibilityState === "visible");
    page.addEventListener("visibilitychange", onVisibility);
    this.#host.addEventListener("input", this.#onInput);
    this.#host.addEventListener("trunkline-sent", this.#onSent);
    this.#stops = [
      client.events.on("conversation.viewing", ({ timestamp, data }) => {
        const isNews = this.#hear(this.#viewing, data, timestamp);
        if (isNews) this.#tellViewing(); // whoever has just come does not wait for the next time
      }),
      client.events.on("conversation.typing", ({ timestamp, data }) => this.#hear(this.#typing, data, timestamp)),
      () => clearInterval(again),
      () => page.removeEventListener("visibilitychange", onVisibility),
      () => this.#host.removeEventListener("input", this.#onInput),
      () => this.#host.removeEventListener("trunkline-sent", this.#onSent),
    ];
    this.#tellViewing();
  }

  #leave(): void {
    if (this.#client !== null) {
      this.#stopTyping();
      this.#tell("setViewing", false);
    }
    for (const stop of this.#stops) stop();
    for (const { timer } of [...this.#viewing.values(), ...this.#typing.values()]) clearTimeout(timer);
    this.#stops = [];
    this.#viewing.clear();
    this.#typing.clear();
    this.#client = null;
    this.#conversationId = undefined;
  }

  /** Takes in what was told; true when somebody is there who was not. */
  #hear(
    known: Map<UserId, Somebody>,
    told: { conversationId: ConversationId; userId: UserId; name: string; state: string; expiresAt: string },
    timestamp: string,
  ): boolean {
    const { conversationId, userId, name } = told;
    if (conversationId !== this.#conversationId || userId === this.#place().userId) return false;
    const before = known.get(userId);
    clearTimeout(before?.timer);
    known.delete(userId);
    if (told.state === "started") {
      const timer = setTimeout(
        () => {
          known.delete(userId);
          this.#host.requestUpdate();
        },
        Math.max(0, Date.parse(told.expiresAt) - Date.parse(timestamp)), // both by the gateway's clock, which need not be ours
      );
      known.set(userId, { name, timer });
    }
    this.#host.requestUpdate();
    return before === undefined && known.has(userId);
  }

  #tellViewing(): void {
    if (this.#host.ownerDocument.visibilityState === "visible") this.#tell("setViewing", true);
  }

  #tell(what: "setViewing" | "setTyping", isOn: boolean): void {
    const [client, id] = [this.#client, this.#conversationId];
    if (client === null || id === undefined) return;
    client.conversations[what](id, isOn).catch(() => undefined); // a courtesy: it is told again, or expires
  }

  #stopTyping(): void {
    if (this.#typingToldAt === null) return;
    this.#typingToldAt = null;
    this.#tell("setTyping", false);
  }

  readonly #onSent = (): void => this.#stopTyping();

  readonly #onInput = (event: Event): void => {
    const [field] = event.composedPath();
    if (!(field instanceof HTMLTextAreaElement) || !field.matches(WRITING) || !this.#place().maySend) return;
    if (field.value.trim() === "") {
      this.#stopTyping();
      return;
    }
    if (this.#typingToldAt !== null && event.timeStamp - this.#typingToldAt < TYPING_EVERY_MS) return;
    this.#typingToldAt = event.timeStamp;
    this.#tell("setTyping", true);
  };
}
