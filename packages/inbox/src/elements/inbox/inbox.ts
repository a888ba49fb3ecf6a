import type { ConnectionView, ConversationId, LineId, MessageId, Unread, UnreadResource } from "@trunkline/sdk";
import { type CSSResultGroup, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { html } from "lit/static-html.js";
import { LiveController } from "../../controllers/live.ts";
import { NarrowController } from "../../controllers/narrow.ts";
import { PartController } from "../../controllers/part.ts";
import { TrunklineElement } from "../../shared/element.ts";
import type { TrunklineEventOf } from "../../shared/events.ts";
import { icon } from "../../shared/icons.ts";
import { isComposing } from "../../shared/keys.ts";
import { needsSignIn } from "../../shared/sign-in.ts";
import { problemView, stateView } from "../../shared/states.ts";
import { emptyList, type TrunklineConversationList } from "../conversation-list/conversation-list.ts";
import type { ConversationOpened, TrunklineNewMessage } from "../new-message/new-message.ts";
import type { TrunklineThread } from "../thread/thread.ts";
import { styles } from "./inbox.styles.ts";
import type { OpenOptions, OpenTarget } from "./open-target.ts";

/** Below this width, in pixels, list and thread take turns. */
const NARROW_BELOW = 640;

/**
 * @customElement trunkline-inbox
 * @summary The whole inbox: conversations beside a thread, or one after the other where there is little room.
 * @slot header - In place of the title above the list.
 * @slot empty - In place of our words where there is no conversation yet.
 * @slot composer-actions - Buttons beside Send.
 * @slot record - What the host knows about the person, above the thread; each element in it receives `context: { conversation, contact }`.
 * @fires {CustomEvent<{ conversationId: ConversationId | null; messageId?: MessageId; reason: SelectReason }>} trunkline-select - A person chose a conversation, or went back to the list.
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
  /** A message to begin at (`msg_…`), whatever conversation it is in. Setting it fires no event. */
  @property({ attribute: "message-id" }) messageId?: MessageId | undefined;
  /** Only conversations about a record of the host: `source:type:externalId`. New ones are about it too. */
  @property() record?: string | undefined;
  /** `wide` shows list and thread together, `narrow` one at a time, `auto` goes by the element's own width. */
  @property() layout: "auto" | "wide" | "narrow" = "auto";

  @state() private beginning: { readonly lineId?: LineId; readonly to: string; readonly record?: string } | null = null;
  #toldUnread: Unread | null = null;
  /** What `messageId` says because of us, and not because the page has set it. */
  #shownMessage: MessageId | undefined;
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
  readonly #later = new PartController(this, () => this.#fetchLater());
  readonly #newPart = new PartController(this, () => this.#fetchNewMessage());
  readonly #locating = new PartController(this, () => import("./locate.part.ts"));
  #announcer: { readonly text: string } | null = null;

  /**
   * Shows a conversation or a message, or begins a conversation with a number or about a record. One that is there
   * already is shown instead of a second beginning, whether it is in the list or not. `draft` is put into the composer
   * unless somebody has begun a text there. Whatever is chosen while the gateway is asked goes before this.
   *
   * Rejects for a message that is not there.
   */
  async open(target: OpenTarget, { focus = true }: OpenOptions = {}): Promise<void> {
    const opening = {};
    this.#opening = opening;
    await this.updateComplete;
    const { client } = this.environment;
    if ("conversationId" in target) this.#show(target.conversationId);
    else {
      const { locate } = await this.#locating.load();
      const { shown = [] } = this.#list ?? {};
      const found = await locate(target, { client, shown, lineId: this.lineId, record: this.record });
      if (found.conversationId === null) await this.#newPart.load();
      if (opening !== this.#opening) return;
      const draft = "to" in target ? target.draft : undefined;
      if (found.conversationId === null) await this.#begin(target, draft);
      else {
        if (draft && client?.drafts.get(found.conversationId) === "") client.drafts.set(found.conversationId, draft);
        this.#show(found.conversationId, found.messageId);
      }
    }
    await this.updateComplete;
    if (focus) await this.#focusMain();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const { messageId } = this;
    if (messageId === undefined || messageId === this.#shownMessage || this.environment.client === null) return;
    this.#shownMessage = messageId; // it is looked for once
    this.open({ messageId }, { focus: false }).catch((error: unknown) => this.report(error));
  }

  protected override render() {
    const { words, client, trouble } = this.environment;
    if (client === null) {
      return stateView({ icon: "chat", title: words.t("error.setup"), text: words.t("error.setup-text") });
    }
    const connection = this.#connection.snapshot;
    if (connection?.state === "stopped" && needsSignIn(connection.error)) {
      return problemView(words, connection.error, this.#onRetry);
    }
    const isNarrow = this.#isNarrow;
    const view = this.#view;
    const problem = view === "list" ? (this.#list?.problem ?? null) : null;
    return html`${problem === null ? nothing : problemView(words, problem, this.#onRetry)}
      <div role="status">
        ${this.#later.loaded?.connectionBar({
          connection,
          wasThere: trouble === null,
          isAnythingShown: (this.#list?.stage ?? "waiting") !== "waiting",
          words,
          now: Date.now(),
          isOnline: navigator.onLine,
          onRetry: this.#onRetry,
        })}
      </div>
      <div
        class="panes ${isNarrow ? "narrow" : ""}"
        role="group"
        aria-label=${words.t("inbox.label")}
        ?hidden=${problem !== null}
      >
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
            .isQuiet=${problem !== null}
            .conversationId=${view === "thread" ? this.conversationId : undefined}
            @trunkline-select=${this.#onSelect}
            exportparts="row, state, avatar, filters"
            @stage=${this.#onStage}
          ><slot name="empty" slot="empty">${emptyList(words, isNarrow)}</slot></${this.tag("conversation-list")}>
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

  #show(conversationId: ConversationId | undefined, messageId?: MessageId): void {
    this.#opening = {};
    this.beginning = null;
    this.conversationId = conversationId;
    this.#shownMessage = messageId;
    this.messageId = messageId;
  }

  async #begin(target: Exclude<OpenTarget, { conversationId: unknown }>, draft: string | undefined): Promise<void> {
    if ("to" in target) {
      const { lineId, to } = target;
      this.beginning = lineId === undefined ? { to } : { lineId, to };
    } else if ("record" in target) this.beginning = { to: "", record: target.record };
    await this.updateComplete;
    if (draft) await this.#newMessage?.suggest(draft);
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
        .lineId=${this.beginning?.lineId ?? this.lineId}
        .to=${this.beginning?.to ?? ""}
        .record=${this.beginning?.record ?? this.record}
        @opened=${this.#onOpened}
        @close=${this.#onCloseNew}
      ></${this.tag("new-message")}>`;
    }
    if (this.#view === "list") {
      const stage = this.#list?.stage ?? "waiting";
      const later = this.#later.loaded;
      if (stage === "waiting" || later === null) {
        return html``;
      }
      return later.nothingChosen({
        stage,
        words: this.environment.words,
        onNew: this.#maySend ? () => void this.#onNew() : undefined,
      });
    }
    return html`<${this.tag("thread")}
      class="thread"
      .conversationId=${this.conversationId}
      .messageId=${this.messageId}
      ?with-back=${this.#isNarrow}
      @back=${this.#goBack}
      exportparts="bubble, bubble-inbound, bubble-outbound, bubble-internal, status, state, avatar, head, messages, input, send, send-later, templates, picker, notice, blocked"
    >
      <slot name="composer-actions" slot="composer-actions"></slot>
      <slot name="record" slot="record"></slot>
    </${this.tag("thread")}>`;
  }

  protected override firstUpdated(): void {
    this.#later.load().catch((error: unknown) => this.report(error));
  }

  protected override updated(_changed: PropertyValues<this>): void {
    const unread = this.#unread.snapshot?.data ?? null;
    if (unread === null || unread === this.#toldUnread) return;
    this.#toldUnread = unread;
    this.fire("trunkline-unread", unread);
  }

  get #view(): "list" | "thread" | "new" {
    if (this.beginning) return "new";
    return this.conversationId ? "thread" : "list";
  }

  get #isNarrow(): boolean {
    return this.layout === "narrow" || (this.layout !== "wide" && this.#width.isNarrow);
  }

  get #maySend(): boolean {
    return !this.#list?.isWithoutLines && (this.environment.me?.permissions.includes("messages.send") ?? true);
  }

  readonly #onRetry = () => {
    this.environment.client?.connection.retry();
    this.#list?.reload();
  };

  async #onSelect({ detail }: TrunklineEventOf<"trunkline-select">): Promise<void> {
    this.#show(detail.conversationId ?? undefined, detail.messageId);
    await this.#focusMain();
  }

  #onStage(): void {
    this.requestUpdate();
  }

  async #fetchLater() {
    const {
      AnnouncerController,
      announcementOf,
      connectionBar,
      MissingClientController,
      nothingChosen,
      OnlineController,
      TickerController,
    } = await import("./later.part.ts");
    this.#announcer = new AnnouncerController(
      this,
      () => this.environment.client,
      (messages) => announcementOf(messages, this.environment, this.#list?.shown ?? []),
    );
    new MissingClientController(this, () => this.environment.client !== null);
    new OnlineController(this);
    new TickerController(this, () => this.#connection.snapshot?.state === "waiting");
    // The first conversation that somebody opens finds it there; if it does not come now, the thread fetches it.
    import("../thread/messages.part.ts").catch(() => undefined);
    return { connectionBar, nothingChosen };
  }

  async #fetchNewMessage() {
    const part = await import("../new-message/new-message.part.ts");
    // Another inbox may have been quicker. A class of its own, because a class can stand under one name only.
    const name = this.localName.replace(/-inbox$/, "-new-message");
    if (!customElements.get(name)) customElements.define(name, class extends part.TrunklineNewMessage {});
    return part;
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
    this.beginning = null;
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

declare global {
  interface HTMLElementTagNameMap {
    "trunkline-inbox": TrunklineInbox;
  }
}
