import type { ConnectionView, ConversationId, LineId, Message, Unread, UnreadResource } from "@trunkline/sdk";
import { type CSSResultGroup, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { html } from "lit/static-html.js";
import type { AnnouncerController } from "../../controllers/announcer.ts";
import { LiveController } from "../../controllers/live.ts";
import { NarrowController } from "../../controllers/narrow.ts";
import { TrunklineElement } from "../../shared/element.ts";
import type { TrunklineEventOf } from "../../shared/events.ts";
import { icon } from "../../shared/icons.ts";
import { isComposing } from "../../shared/keys.ts";
import { personOf } from "../../shared/people.ts";
import { needsSignIn } from "../../shared/sign-in.ts";
import { problemView, stateView } from "../../shared/states.ts";
import { emptyList, type TrunklineConversationList } from "../conversation-list/conversation-list.ts";
import type { ConversationOpened, TrunklineNewMessage } from "../new-message/new-message.ts";
import type { TrunklineThread } from "../thread/thread.ts";
import { styles } from "./inbox.styles.ts";

type Later = typeof import("./later.ts");

/** Below this width, in pixels, list and thread take turns. */
const NARROW_BELOW = 640;

/** How long `open` waits to be told of a conversation, in milliseconds, before it lets somebody begin one. */
const FIND_WITHIN = 5_000;

/** What {@link TrunklineInbox.open} shows. */
export type OpenTarget =
  | { readonly conversationId: ConversationId }
  | { readonly lineId?: LineId; readonly to: string; readonly draft?: string };

/** How {@link TrunklineInbox.open} shows it. */
export interface OpenOptions {
  /** Moves the focus to where one writes; not on touch screens, where a keyboard would come with it. @default true */
  readonly focus?: boolean | undefined;
}

/**
 * @customElement trunkline-inbox
 * @summary The whole inbox: conversations beside a thread, or one after the other where there is little room.
 * @slot header - In place of the title above the list.
 * @slot empty - In place of our words where there is no conversation yet.
 * @slot composer-actions - Buttons beside Send.
 * @slot record - What the host knows about the person, above the thread; each element in it receives `context: { conversation, contact }`.
 * @fires {CustomEvent<{ conversationId: ConversationId | null; reason: SelectReason }>} trunkline-select - A person chose a conversation, or went back to the list.
 * @fires {CustomEvent<{ message: Message }>} trunkline-sent - The gateway took a text that was written here.
 * @fires {CustomEvent<Unread>} trunkline-unread - How much is unread is known, or has changed.
 * @fires {CustomEvent<null>} trunkline-ready - The first conversations are on show.
 * @fires {CustomEvent<{ error: unknown }>} trunkline-sign-in-needed - Nobody is signed in, or the session could not be renewed.
 * @fires {CustomEvent<{ error: unknown }>} trunkline-error - Something failed that nobody was waiting for.
 * @fires {CustomEvent<{ number: string }>} trunkline-call - Somebody wants to call; cancelable.
 * @fires {CustomEvent<{ contact: ResolvedContact; conversationId: ConversationId }>} trunkline-open-contact - Somebody wants to see the contact; cancelable.
 * @csspart side - The pane with the list.
 * @csspart main - The pane with the thread.
 * @csspart connection - The bar that says that the connection is away.
 * @csspart row - One conversation in the list.
 * @csspart bubble - One message's bubble; also `bubble-inbound`, `bubble-outbound`, `bubble-internal`.
 * @csspart state - What stands in place of content: nothing yet, an error.
 * @cssproperty [--trunkline-accent] - Buttons, badges, and what is chosen.
 * @cssproperty [--trunkline-surface] - Behind the thread.
 * @cssproperty [--trunkline-surface-sunken] - Behind the list.
 * @cssproperty [--trunkline-surface-raised] - Bubbles, fields.
 * @cssproperty [--trunkline-bubble-own] - Bubbles of outgoing texts.
 * @cssproperty [--trunkline-text] - Text.
 * @cssproperty [--trunkline-text-muted] - Times, previews, hints.
 * @cssproperty [--trunkline-border] - Lines between and around things.
 * @cssproperty [--trunkline-danger] - What failed.
 * @cssproperty [--trunkline-radius=4px] - Corners.
 * @cssproperty [--trunkline-font] - Font family.
 * @cssproperty [--trunkline-density=1] - Space within rows and bubbles: 0.5 is tight, 1 is Teams' own.
 */
export class TrunklineInbox extends TrunklineElement {
  /** @internal Looks change through parts and custom properties. */
  static override styles: CSSResultGroup = [TrunklineElement.styles, styles];
  static override readonly suffix: string = "inbox";

  /** One line only (`line_…`); without it all that the user sees. */
  @property({ attribute: "line-id" }) lineId?: LineId | undefined;
  /** The conversation on show (`conv_…`). Setting it fires no event. */
  @property({ attribute: "conversation-id" }) conversationId?: ConversationId | undefined;
  /** Only conversations about a record of the host: `source:type:externalId`. New ones are about it too. */
  @property() record?: string | undefined;
  /** `wide` shows list and thread together, `narrow` one at a time, `auto` goes by the element's own width. */
  @property() layout: "auto" | "wide" | "narrow" = "auto";

  @state() private draftingTo: { readonly lineId?: LineId; readonly to: string } | null = null;
  #toldUnread: Unread | null = null;
  /** The newest wish to see something; older ones give way to it. */
  #opening: object = {};

  readonly #width = new NarrowController(this, NARROW_BELOW);
  readonly #connection = new LiveController<ConnectionView>(
    this,
    () => [this.environment.client],
    () => this.environment.client?.connection ?? null,
  );
  readonly #unread = new LiveController<UnreadResource>(
    this,
    () => [this.environment.client],
    () => this.environment.client?.unread ?? null,
  );
  #fetching: Promise<Later> | null = null;
  #later: Later | null = null;
  #announcer: AnnouncerController | null = null;

  /**
   * Shows a conversation, or begins one with a number. A conversation with that number that is there already is shown
   * instead of a second beginning, whether it is in the list or not. `draft` is put into the composer unless somebody
   * has begun a text there. Whatever is chosen while the gateway is asked goes before this.
   */
  async open(target: OpenTarget, { focus = true }: OpenOptions = {}): Promise<void> {
    const opening = {};
    this.#opening = opening;
    await this.updateComplete;
    if ("conversationId" in target) this.#show(target.conversationId);
    else {
      const { lineId, to, draft } = target;
      const id = to === "" ? null : await this.#find(to, lineId);
      if (id === null) await this.#fetchLater();
      if (opening !== this.#opening) return;
      if (id !== null) {
        const { client } = this.environment;
        if (draft && client?.drafts.get(id) === "") client.drafts.set(id, draft);
        this.#show(id);
      } else {
        this.draftingTo = lineId === undefined ? { to } : { lineId, to };
        await this.updateComplete;
        if (draft) await this.#newMessage?.suggest(draft);
      }
    }
    await this.updateComplete;
    if (focus) await this.#focusMain();
  }

  protected override render() {
    const { words, client } = this.environment;
    if (client === null) {
      return stateView({ icon: "chat", title: words.t("error.setup"), text: words.t("error.setup-text") });
    }
    const connection = this.#connection.snapshot;
    if (connection?.state === "stopped" && needsSignIn(connection.error)) {
      return problemView(words, connection.error, this.#onRetry);
    }
    const isNarrow = this.#isNarrow;
    const view = this.#view;
    return html`<div role="status">
        ${this.#later?.connectionBar({
          connection,
          words,
          now: Date.now(),
          isOnline: navigator.onLine,
          onRetry: this.#onRetry,
        })}
      </div>
      <div class="panes ${isNarrow ? "narrow" : ""}" role="group" aria-label=${words.t("inbox.label")}>
        <section class="side" part="side" aria-label=${words.t("list.label")} ?hidden=${isNarrow && view !== "list"}>
          <div class="side-head">
            <slot name="header"><h2>${words.t("inbox.title")}</h2></slot>
            ${
              this.#maySend
                ? html`<button
                    class="icon-button"
                    type="button"
                    aria-label=${words.t("inbox.new")}
                    title=${words.t("inbox.new")}
                    @click=${this.#onNew}
                  >
                    ${icon("compose")}
                  </button>`
                : nothing
            }
          </div>
          <${this.tag("conversation-list")}
            class="list"
            .lineId=${this.lineId}
            .record=${this.record}
            .conversationId=${view === "thread" ? this.conversationId : undefined}
            @trunkline-select=${this.#onSelect}
            exportparts="row, state, avatar, filters"
            @stage=${this.#onStage}
          ><slot name="empty" slot="empty">${emptyList(words)}</slot></${this.tag("conversation-list")}>
        </section>
        <section
          class="main"
          part="main"
          aria-label=${words.t("inbox.title")}
          ?hidden=${isNarrow && view === "list"}
          @keydown=${this.#onMainKey}
        >
          ${this.#renderMain()}
        </section>
      </div>
      <div class="visually-hidden" role="status">${this.#announcer?.text}</div>`;
  }

  #show(conversationId: ConversationId | undefined): void {
    this.#opening = {};
    this.draftingTo = null;
    this.conversationId = conversationId;
  }

  /** The newest conversation with a number; null also where the gateway cannot tell, as the first text finds it then. */
  async #find(to: string, lineId: LineId | undefined): Promise<ConversationId | null> {
    const shown = this.#list?.shown.find(
      (conversation) =>
        (lineId === undefined || conversation.lineId === lineId) &&
        conversation.participants.some(({ number }) => digits(number) === digits(to)),
    );
    const { client } = this.environment;
    if (shown || client === null) return shown?.id ?? null;
    const filter = { participant: to, lineId: lineId ?? this.lineId, record: this.record, limit: 1 };
    const asked = client.conversations.list(filter, { timeoutMs: FIND_WITHIN }).page();
    return await asked.then(
      ({ data }) => data[0]?.id ?? null,
      () => null,
    );
  }

  get #newMessage(): TrunklineNewMessage | null {
    return this.renderRoot.querySelector<TrunklineNewMessage>(".new");
  }

  get #thread(): TrunklineThread | null {
    return this.renderRoot.querySelector<TrunklineThread>(".thread");
  }

  get #list(): TrunklineConversationList | null {
    return this.renderRoot.querySelector<TrunklineConversationList>(".list");
  }

  #renderMain(): TemplateResult {
    if (this.#view === "new") {
      return html`<${this.tag("new-message")}
        class="new"
        .lineId=${this.draftingTo?.lineId ?? this.lineId}
        .to=${this.draftingTo?.to ?? ""}
        .record=${this.record}
        @opened=${this.#onOpened}
        @close=${this.#onCloseNew}
      ></${this.tag("new-message")}>`;
    }
    if (this.#view === "list") return this.#renderNothingChosen();
    return html`<${this.tag("thread")}
      class="thread"
      .conversationId=${this.conversationId}
      ?with-back=${this.#isNarrow}
      @back=${this.#goBack}
      exportparts="bubble, bubble-inbound, bubble-outbound, bubble-internal, status, state, avatar, head, messages, input, send"
    >
      <slot name="composer-actions" slot="composer-actions"></slot>
      <slot name="record" slot="record"></slot>
    </${this.tag("thread")}>`;
  }

  #renderNothingChosen(): TemplateResult {
    const { words } = this.environment;
    const stage = this.#list?.stage ?? "waiting";
    if (stage === "waiting") return html``;
    if (stage === "filled") {
      return stateView({ icon: "chat", title: words.t("inbox.choose"), text: words.t("inbox.choose-hint") });
    }
    return stateView({
      icon: "chat",
      title: words.t("inbox.start"),
      text: words.t("inbox.start-hint"),
      action: this.#maySend ? { label: words.t("inbox.new"), run: () => void this.#onNew() } : undefined,
    });
  }

  protected override firstUpdated(): void {
    this.#fetchLater().catch((error: unknown) => this.report(error));
  }

  protected override updated(_changed: PropertyValues<this>): void {
    const unread = this.#unread.snapshot?.data ?? null;
    if (unread === null || unread === this.#toldUnread) return;
    this.#toldUnread = unread;
    this.fire("trunkline-unread", unread);
  }

  get #view(): "list" | "thread" | "new" {
    if (this.draftingTo) return "new";
    return this.conversationId ? "thread" : "list";
  }

  get #isNarrow(): boolean {
    return this.layout === "narrow" || (this.layout !== "wide" && this.#width.isNarrow);
  }

  get #maySend(): boolean {
    return this.environment.me?.permissions.includes("messages.send") ?? true;
  }

  #announcementOf(messages: readonly Message[]): string {
    const { words, contacts } = this.environment;
    const [message] = messages;
    if (!message || messages.length > 1) return words.t("announce.more", { count: messages.length });
    const known = this.#list?.shown.find(({ id }) => id === message.conversationId);
    const participants = known?.participants ?? [
      { number: message.from ?? "", contactId: null, name: message.author.name },
    ];
    const name = personOf({ participants }, contacts, undefined).label;
    return words.t("announce.message", { name, text: message.text });
  }

  readonly #onRetry = () => {
    this.environment.client?.connection.retry();
  };

  async #onSelect({ detail }: TrunklineEventOf<"trunkline-select">): Promise<void> {
    this.#show(detail.conversationId ?? undefined);
    await this.#focusMain();
  }

  #onStage(): void {
    this.requestUpdate();
  }

  #fetchLater(): Promise<Later> {
    this.#fetching ??= import("./later.ts").then((later) => {
      this.#later = later;
      this.#announcer = new later.AnnouncerController(
        this,
        () => this.environment.client,
        (messages) => this.#announcementOf(messages),
      );
      new later.TickerController(this, () => this.#connection.snapshot?.state === "waiting");
      // Another inbox may have been quicker. A class of its own, because a class can stand under one name only.
      const name = this.localName.replace(/-inbox$/, "-new-message");
      if (!customElements.get(name)) customElements.define(name, class extends later.TrunklineNewMessage {});
      this.requestUpdate();
      return later;
    });
    this.#fetching.catch(() => {
      this.#fetching = null; // whoever needs it asks again
    });
    return this.#fetching;
  }

  async #onNew(): Promise<void> {
    try {
      await this.open({ to: "" });
    } catch (error) {
      this.report(error);
    }
  }

  async #onOpened({ conversationId }: ConversationOpened): Promise<void> {
    this.#show(conversationId);
    this.fire("trunkline-select", { conversationId, reason: "new-message" });
    await this.#focusMain();
  }

  async #onCloseNew(): Promise<void> {
    this.draftingTo = null;
    await this.updateComplete;
    if (this.#view === "thread") await this.#focusMain();
    else this.#list?.focus({ preventScroll: true });
  }

  readonly #goBack = async (): Promise<void> => {
    this.#show(undefined);
    this.fire("trunkline-select", { conversationId: null, reason: "back" });
    await this.updateComplete;
    this.#list?.focus({ preventScroll: true });
  };

  /** Writing comes next. On touch screens the keyboard would cover what was just opened, so the focus stays beside it. */
  async #focusMain(): Promise<void> {
    await this.updateComplete;
    const target = this.#thread ?? this.#newMessage;
    await target?.updateComplete;
    if (matchMedia("(pointer: coarse)").matches && target === this.#thread) return;
    target?.focus({ preventScroll: true });
  }

  #onMainKey(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.defaultPrevented || isComposing(event)) return;
    const isNew = this.#view === "new";
    if (!isNew && !this.#isNarrow) return; // nothing of ours to leave: the key belongs to the page
    event.preventDefault();
    event.stopPropagation();
    void (isNew ? this.#onCloseNew() : this.#goBack());
  }
}

function digits(number: string): string {
  return number.replace(/\D/g, "");
}

declare global {
  interface HTMLElementTagNameMap {
    "trunkline-inbox": TrunklineInbox;
  }
}
