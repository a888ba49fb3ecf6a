import type {
  Conversation,
  ConversationId,
  Line,
  LineId,
  Live,
  LiveItem,
  MessageCheck,
  MessageId,
  MessageRow,
} from "@trunkline/sdk";
import { type CSSResultGroup, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { html } from "lit/static-html.js";
import { LiveController } from "../../controllers/live.ts";
import { MidnightController } from "../../controllers/midnight.ts";
import { PartController } from "../../controllers/part.ts";
import { RovingFocusController } from "../../controllers/roving-focus.ts";
import { TrunklineElement } from "../../shared/element.ts";
import { icon } from "../../shared/icons.ts";
import { lastCall } from "../../shared/last-call.ts";
import { type Person, personOf } from "../../shared/people.ts";
import { problemView, stateView } from "../../shared/states.ts";
import type { TrunklineComposer } from "../composer/composer.ts";
import { MessagePlaceController } from "./message-place.ts";
import { type Row, rowsOf } from "./rows.ts";
import type { Teamwork } from "./teamwork.ts";
import { styles } from "./thread.styles.ts";
import { threadHead } from "./thread-head.ts";
import { ThreadWindow } from "./thread-window.ts";

type Look = Pick<typeof import("./messages.part.ts"), "callButton" | "rowView"> & { readonly team: Teamwork };

const SKELETONS = 6;

/** What elements in the `record` slot receive as their property `context`. */
export interface RecordContext {
  readonly conversation: Conversation;
  readonly contact: { readonly number: string; readonly name: string | null };
}

/**
 * @customElement trunkline-thread
 * @summary One conversation: who it is with, its messages, and a composer.
 * @slot composer-actions - Buttons beside Send.
 * @slot record - What the host knows about the person; each element in it receives `context: { conversation, contact }`.
 * @fires {CustomEvent<{ message: Message }>} trunkline-sent - The gateway took a text that was written here.
 * @fires {CustomEvent<{ number: string }>} trunkline-call - Somebody wants to call; cancelable.
 * @fires {CustomEvent<{ contact: ResolvedContact; conversationId: ConversationId }>} trunkline-open-contact - Somebody wants to see the contact; cancelable.
 * @fires {CustomEvent<{ error: unknown }>} trunkline-error - Something failed that nobody was waiting for.
 * @fires {CustomEvent<{ error: unknown }>} trunkline-sign-in-needed - Nobody is signed in.
 * @csspart head - The bar with the person's name.
 * @csspart messages - The messages.
 * @csspart bubble - One message's bubble; also `bubble-inbound`, `bubble-outbound`, `bubble-internal`.
 * @csspart status - How far an outgoing message has come.
 * @csspart avatar - The person's picture or initials.
 * @csspart state - What stands in place of messages: none yet, an error.
 */
export class TrunklineThread extends TrunklineElement {
  /** @internal Looks change through parts and custom properties. */
  static override styles: CSSResultGroup = [TrunklineElement.styles, styles];
  static override readonly suffix: string = "thread";

  /** The conversation on show (`conv_…`); nothing is shown while it is unset. */
  @property({ attribute: "conversation-id" }) conversationId?: ConversationId | undefined;
  /** The message to begin at (`msg_…`), which is marked; the conversation's end when it is not in there. */
  @property({ attribute: "message-id" }) messageId?: MessageId | undefined;
  /** Shows a back button, which fires a plain `back` event that does not bubble. */
  @property({ type: Boolean, attribute: "with-back" }) withBack = false;

  @state() private activeKey: string | null = null;
  /** What the composer was told about writing here. */
  @state() private check: MessageCheck | null = null;
  /** Where the reader had read to when the thread was opened; the "New" divider stays there. */
  #unreadAfter: number | null = null;
  #unreadKnownFor: ConversationId | null = null;
  /** Through which sequence the reader has seen the end. */
  #seenThrough = 0;
  #rows: readonly Row[] = [];
  #lastKey: string | null = null;
  #begunAt: number | "looking" | null = null;
  /** A thread of ten thousand is not ordered again for every key press. */
  readonly #arrange = lastCall((items: readonly MessageRow[], unreadAfter: number | null, userId: string | null) =>
    rowsOf(items, { unreadAfter, userId }),
  );

  readonly #conversation = new LiveController<LiveItem<Conversation>>(
    this,
    () => [this.environment.client, this.conversationId],
    () => {
      const { client } = this.environment;
      return client && this.conversationId ? client.conversations.live(this.conversationId) : null;
    },
  );
  readonly #place = new MessagePlaceController(this, () => ({
    client: this.environment.client,
    conversationId: this.conversationId,
    messageId: this.messageId,
  }));
  readonly #messages = new LiveController<Live<MessageRow>>(
    this,
    () => [this.environment.client, this.conversationId, this.#place.sequence],
    () => {
      const { client } = this.environment;
      const { sequence } = this.#place;
      if (!client || !this.conversationId || sequence === "looking") return null;
      return client.messages.live(this.conversationId, sequence === null ? {} : { around: sequence });
    },
  );
  readonly #look = new PartController(this, () => this.#fetchLook());
  readonly #more = new PartController(this, () => this.#fetchMore());
  readonly #lines = new LiveController<Live<Line>>(
    this,
    () => [this.environment.client],
    () => this.environment.client?.lines.live() ?? null,
  );
  readonly #window = new ThreadWindow(this, {
    scroller: () => this.#scroller,
    count: () => this.#rows.length,
    rows: () => [...this.renderRoot.querySelectorAll<HTMLElement>("[data-row]")],
    loadOlder: () => this.#loadOlder(),
    loadNewer: () => {
      if (this.#messages.snapshot?.hasNewer) {
        this.#messages.source?.loadNewer().catch((error: unknown) => this.report(error));
      }
    },
    atEnd: () => this.#seen(),
  });
  readonly #roving = new RovingFocusController(this, {
    items: () => [...this.renderRoot.querySelectorAll<HTMLElement>(".message")],
    activate: (message) => {
      this.activeKey = message.dataset.key ?? null;
    },
  });

  constructor() {
    super();
    new MidnightController(this, () => this.environment.now);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.ownerDocument.addEventListener("visibilitychange", this.#seen);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.ownerDocument.removeEventListener("visibilitychange", this.#seen);
  }

  /** Moves the focus to the composer. */
  override focus(options?: FocusOptions): void {
    const composer = this.renderRoot.querySelector<TrunklineComposer>(".composer");
    void composer?.updateComplete.then(() => composer.focus(options)); // it may have been put in just now
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (changed.has("conversationId")) {
      this.#unreadAfter = null;
      this.#unreadKnownFor = null;
      this.#seenThrough = 0;
      this.activeKey = null;
      this.#lastKey = null;
      this.#window.reset();
    }
    const { sequence } = this.#place;
    if (sequence !== this.#begunAt) {
      this.#begunAt = sequence;
      this.#lastKey = null;
      this.#window.reset(typeof sequence === "number" ? (this.messageId ?? null) : null);
      if (typeof sequence === "number") this.activeKey = this.messageId ?? null;
    }
    this.#placeUnreadDivider();
    const items = this.#messages.snapshot?.data ?? [];
    this.#rows = this.#arrange(items, this.#unreadAfter, this.environment.me?.user?.id ?? null);
    const last = items.at(-1);
    if (last?.state === "sending" && last.key !== this.#lastKey) this.#window.jumpToEnd(); // whoever writes wants to see it
  }

  protected override update(changed: PropertyValues<this>): void {
    this.#window.remember();
    super.update(changed);
  }

  protected override updated(): void {
    this.#window.restore();
    this.#giveContext();
  }

  protected override render() {
    if (!this.conversationId || this.environment.client === null) return nothing;
    const { words } = this.environment;
    const { data: conversation, status, error } = this.#conversation.snapshot ?? {};
    if (status === "error" || (status === "ready" && !conversation)) {
      const gone = !error || error.code === "not_found";
      return html`${this.withBack ? this.#renderHead(null, false) : nothing}
      ${
        gone
          ? stateView({ icon: "chat", title: words.t("thread.gone"), text: words.t("thread.gone-hint"), alert: true })
          : problemView(words, error, this.#onRetry)
      }`;
    }
    const person = conversation ? this.#personIn(conversation) : null;
    const team = conversation && this.#look.code?.team;
    return html`${this.#renderHead(conversation ?? null)}${team?.bar()}
      <slot name="record" class="record" ?hidden=${!conversation} @slotchange=${this.#giveContext}></slot>
      <div class="stage">${this.#renderMessages(person)}</div>
      ${person && team?.writing(person.label)}${this.#renderComposer(person)}${person && this.#more.loaded?.dialog.view(person, words)}`;
  }

  get #scroller(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>(".scroller");
  }

  #renderHead(conversation: Conversation | null, isLoading = true): TemplateResult {
    const { words, me } = this.environment;
    const person = conversation && this.#personIn(conversation);
    const line = conversation ? this.#lineOf(conversation) : undefined;
    return threadHead({
      isLoading,
      person,
      line,
      words,
      onBack: this.withBack ? () => this.dispatchEvent(new Event("back")) : undefined,
      onOpenContact: (event) => this.#onOpenContact(event),
      call:
        person && line?.capabilities.voice
          ? this.#look.loaded?.callButton(person, words, (event) => this.#onCall(event))
          : nothing,
      onMenu: me?.permissions.includes("opt_ins.write") ? (opener) => this.#onMore(opener) : undefined,
      isMenuOpen: this.#more.loaded?.menu.isOpen ?? false,
      menu: this.#more.loaded?.menu.view(words.t("thread.more"), this.#more.loaded.items()),
    });
  }

  #renderMessages(person: Person | null): TemplateResult {
    const { words, trouble } = this.environment;
    const snapshot = this.#messages.snapshot;
    if (snapshot?.status === "error") return problemView(words, snapshot.error, this.#onRetry);
    const look = this.#look.code;
    const loading = look === null || snapshot === null || snapshot.status === "loading" || person === null;
    if (loading && trouble !== null) return problemView(words, trouble, this.#onRetry);
    if (!loading && this.#rows.length === 0) {
      return stateView({
        icon: "chat",
        title: words.t("thread.empty", { name: person.label }),
        text: words.t("thread.empty-hint"),
      });
    }
    const { start, end } = this.#window.range(this.#appended());
    return html`<div
        class="scroller"
        data-scroller
        part="messages"
        role="region"
        aria-label=${words.t("thread.messages", { name: person?.label ?? "" })}
        aria-busy=${loading ? "true" : "false"}
        @scroll=${this.#window.onScroll}
        @focusin=${this.#roving.onFocusIn}
        @keydown=${this.#roving.onKeyDown}
      >
        <div class="content">
          ${
            loading
              ? skeleton()
              : html`${start === 0 && snapshot.hasMore ? html`<p class="older">${words.t("thread.older")}</p>` : nothing}
                  ${repeat(
                    this.#rows.slice(start, end),
                    ({ key }) => key,
                    (row) => this.#renderRow(look, row, person),
                  )}`
          }
        </div>
      </div>
      <span class="visually-hidden" role="status">${loading ? words.t("thread.loading") : nothing}</span>
      ${this.#window.pinned || loading ? nothing : this.#renderLatest()}`;
  }

  #renderRow(look: Look, row: Row, person: Person): TemplateResult {
    const { words, now, me, linkFor } = this.environment;
    return look.rowView(row, {
      person,
      words,
      linkFor,
      check: this.check,
      now: new Date(now()),
      userId: me?.user?.id ?? null,
      tabStop: row.key === this.#tabStop,
      isSought: row.key === this.messageId,
      onRetry: this.#maySend ? (item) => this.#retry(item) : undefined,
      isRetried: (item) => this.#isRetried(item),
      onCancel: this.#maySend ? (item) => this.#cancel(item) : undefined,
    });
  }

  #renderLatest(): TemplateResult {
    const { words } = this.environment;
    const count = this.#behind();
    return html`<div class="latest-bar">
      <button class="button latest ${count === 0 ? "bare" : ""}" type="button" @click=${this.#onJump}>
        ${icon("down")}
        ${
          count === 0
            ? html`<span class="visually-hidden">${words.t("thread.latest")}</span>`
            : words.t("thread.new-messages", { count })
        }
      </button>
    </div>`;
  }

  #renderComposer(person: Person | null): TemplateResult {
    return html`<${this.tag("composer")}
      class="composer"
      .conversationId=${this.conversationId}
      .recipient=${person?.label ?? ""}
      .recipientName=${person?.name ?? ""}
      @trunkline-sent=${this.#onSent}
      @check=${(event: CustomEvent<MessageCheck | null>) => {
        this.check = event.detail;
      }}
      exportparts="input, send, send-later, templates, picker, notice, blocked"
    ><slot name="composer-actions" slot="actions"></slot></${this.tag("composer")}>`;
  }

  get #maySend(): boolean {
    return this.environment.me?.permissions.includes("messages.send") ?? true;
  }

  /** The message that Tab reaches: the one that had the focus last, else the newest. */
  get #tabStop(): string | null {
    if (this.activeKey !== null && this.#rows.some(({ key }) => key === this.activeKey)) return this.activeKey;
    return this.#rows.at(-1)?.key ?? null;
  }

  #personIn(conversation: Conversation): Person {
    return personOf(conversation, this.environment.contacts, this.#lineOf(conversation));
  }

  #lineOf(conversation: Conversation): Line | undefined {
    return this.#lines.snapshot?.data.find(({ id }: { id: LineId }) => id === conversation.lineId);
  }

  #placeUnreadDivider(): void {
    const conversation = this.#conversation.snapshot?.data;
    if (!conversation || this.#unreadKnownFor === conversation.id) return;
    this.#unreadKnownFor = conversation.id;
    this.#seenThrough = conversation.sequence;
    const { viewer } = conversation;
    if (!viewer || viewer.unreadCount === 0) return;
    this.#unreadAfter = viewer.readThroughSequence;
    if (this.#place.sequence === null) this.#window.reset("unread");
  }

  /** How many rows came to the end since the last rendering. */
  #appended(): number {
    const before = this.#lastKey;
    this.#lastKey = this.#rows.at(-1)?.key ?? null;
    if (before === null || before === this.#lastKey) return 0;
    const index = this.#rows.findLastIndex(({ key }) => key === before);
    return index === -1 ? 0 : this.#rows.length - 1 - index;
  }

  /** How many inbound messages stand behind the last that was seen. */
  #behind(): number {
    const items = this.#messages.snapshot?.data ?? [];
    const lastSeen = items.findLastIndex(({ message }) => (message.sequence ?? Infinity) <= this.#seenThrough);
    return items.slice(lastSeen + 1).filter(({ message }) => message.direction === "inbound").length;
  }

  /** The end is in view on a visible page: what is there counts as read. */
  readonly #seen = (): void => {
    const conversation = this.#conversation.snapshot?.data;
    const last = this.#messages.snapshot?.data.findLast(({ state: is }) => is === "accepted")?.message.sequence;
    if (!conversation || !last || !this.#window.pinned || !this.isConnected) return;
    if (this.ownerDocument.visibilityState !== "visible" || !this.checkVisibility()) return;
    this.#seenThrough = Math.max(this.#seenThrough, last);
    if (!conversation.viewer || conversation.viewer.readThroughSequence >= last) return;
    if (conversation.viewer.unreadCount === 0) return;
    this.environment.client?.conversations
      .markRead(conversation.id, last)
      .catch((error: unknown) => this.report(error));
  };

  readonly #giveContext = (): void => {
    const conversation = this.#conversation.snapshot?.data;
    const slot = this.renderRoot.querySelector<HTMLSlotElement>("slot.record");
    if (!conversation || !slot) return;
    const { number, name } = this.#personIn(conversation);
    for (const element of slot.assignedElements({ flatten: true })) {
      Object.assign(element, { context: { conversation, contact: { number, name } } satisfies RecordContext });
    }
  };

  async #fetchLook(): Promise<Look> {
    const part = await import("./messages.part.ts");
    this.adopt(part.lookStyles);
    const place = () => ({ environment: this.environment, conversation: this.#conversation.snapshot?.data ?? null });
    return { ...part, team: new part.Teamwork(this, place, (sheet) => this.adopt(sheet)) };
  }

  async #fetchMore() {
    const { itemsOf, MenuController, moreStyles, OptOutDialog } = await import("./more.part.ts");
    this.adopt(moreStyles);
    const dialog = new OptOutDialog(this, () => this.environment.client);
    return { dialog, menu: new MenuController(this), items: () => itemsOf(this.environment.words, dialog) };
  }

  #loadOlder(): void {
    const { snapshot, source } = this.#messages;
    if (!snapshot?.hasMore || snapshot.error) return;
    source?.loadMore().catch((error: unknown) => this.report(error));
  }

  /** Sent again already: a second press would send it twice. */
  #isRetried({ message: { id } }: MessageRow): boolean {
    const items = this.#messages.snapshot?.data ?? [];
    return items.some(
      (item) => item.state === "accepted" && item.message.retryOf !== null && item.message.retryOf === id,
    );
  }

  #retry(item: MessageRow): void {
    const { client } = this.environment;
    if (!client) return;
    const sending =
      item.state === "accepted" ? client.messages.retry(item.message.id) : client.messages.resend(item.key);
    this.#window.jumpToEnd();
    sending.then(
      (message) => this.fire("trunkline-sent", { message }),
      (error: unknown) => this.report(error),
    );
  }

  #cancel({ key, message: { id } }: MessageRow): void {
    const messages = this.environment.client?.messages;
    if (id === null) messages?.discard(key);
    else messages?.cancel(id).catch((error: unknown) => this.report(error));
  }

  readonly #onRetry = () => {
    this.environment.client?.connection.retry();
    for (const { source } of [this.#conversation, this.#messages]) {
      source?.reload().catch(() => undefined); // the thread shows the error itself
    }
  };

  #onSent(): void {
    this.#unreadAfter = null;
    if (this.#messages.snapshot?.hasNewer) this.#place.leave(); // whoever writes wants to see it
    this.requestUpdate();
  }

  #onJump(): void {
    if (this.#messages.snapshot?.hasNewer) this.#place.leave();
    else this.#window.jumpToEnd();
    this.renderRoot.querySelector<HTMLElement>(".composer")?.focus({ preventScroll: true });
  }

  #onMore(opener: HTMLElement): void {
    this.#more.load().then(
      ({ menu }) => menu.toggle(opener),
      (error: unknown) => this.report(error),
    );
  }

  #onCall(event: Event): void {
    const conversation = this.#conversation.snapshot?.data;
    if (!conversation) return;
    const { number } = this.#personIn(conversation);
    const contactId = conversation.participants[0]?.contactId;
    const detail = contactId ? { number, contactId } : { number };
    if (!this.fire("trunkline-call", detail, { cancelable: true })) event.preventDefault();
  }

  #onOpenContact(event: Event): void {
    const conversation = this.#conversation.snapshot?.data;
    if (!conversation) return;
    const person = this.#personIn(conversation);
    if (person.contact === null) return;
    const detail = {
      contact: { ...person.contact, number: person.number },
      conversationId: conversation.id,
      lineId: conversation.lineId,
    };
    if (!this.fire("trunkline-open-contact", detail, { cancelable: true })) event.preventDefault();
  }
}

function skeleton(): TemplateResult {
  return html`<div class="skeleton" aria-hidden="true">
    ${Array.from({ length: SKELETONS }, () => html`<span class="stencil"></span>`)}
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    "trunkline-thread": TrunklineThread;
  }
}
