import type { Conversation, ConversationId, Line, LineId, Live } from "@trunkline/sdk";
import { type CSSResultGroup, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { LiveController } from "../../controllers/live.ts";
import { MidnightController } from "../../controllers/midnight.ts";
import { PartController } from "../../controllers/part.ts";
import { RovingFocusController } from "../../controllers/roving-focus.ts";
import type { Localizer } from "../../locales/localizer.ts";
import { TrunklineElement } from "../../shared/element.ts";
import type { TrunklineEventDetails } from "../../shared/events.ts";
import { icon } from "../../shared/icons.ts";
import { hrefOf } from "../../shared/link-for.ts";
import { lineLabel, personOf } from "../../shared/people.ts";
import { problemView, stateView } from "../../shared/states.ts";
import { styles } from "./conversation-list.styles.ts";
import { conversationRow } from "./conversation-row.ts";

/** Distance from the end, in pixels, at which the next page is asked for. */
const NEAR_END = 600;
const SKELETONS = 8;

/**
 * @customElement trunkline-conversation-list
 * @summary Conversations, newest activity first, with who, when, the last words and what is unread.
 * @slot empty - Shown instead of our words when there is no conversation.
 * @fires {CustomEvent<{ conversationId: ConversationId; messageId?: MessageId; reason: "list" | "search" }>} trunkline-select - Somebody chose a conversation, or a message that a search has found.
 * @fires {CustomEvent<null>} trunkline-ready - The first conversations are on show, or it is known that there are none.
 * @fires {CustomEvent<{ error: unknown }>} trunkline-error - Something failed that nobody was waiting for.
 * @fires {CustomEvent<{ error: unknown }>} trunkline-sign-in-needed - Nobody is signed in.
 * @csspart filters - The row of filters above the list.
 * @csspart list - The list.
 * @csspart row - One conversation.
 * @csspart avatar - A person's picture or initials.
 * @csspart state - What stands in place of the list: nothing yet, an error.
 */
export class TrunklineConversationList extends TrunklineElement {
  /** @internal Looks change through parts and custom properties. */
  static override styles: CSSResultGroup = [TrunklineElement.styles, styles];
  static override readonly suffix: string = "conversation-list";

  /** Shows one line only (`line_…`); without it all lines, with a choice where there are several. */
  @property({ attribute: "line-id" }) lineId?: LineId | undefined;
  /** The conversation that is marked as chosen (`conv_…`). */
  @property({ attribute: "conversation-id" }) conversationId?: ConversationId | undefined;
  /** Only conversations about a record of the host: `source:type:externalId`. */
  @property() record?: string | undefined;

  /** Somebody around the list tells its `problem`. @internal */
  @property({ attribute: false }) isQuiet = false;

  @state() private unreadOnly = false;
  @state() private chosenLine: LineId | "" = "";
  @state() private activeId: string | null = null;
  #toldStage: "waiting" | "empty" | "filled" = "waiting";
  #toldProblem: unknown = null;
  #toldLines = false;
  #isReadyTold = false;

  readonly #conversations = new LiveController<Live<Conversation>>(
    this,
    () => [this.environment.client, this.lineId || this.chosenLine, this.unreadOnly, this.record, this.#query],
    () =>
      this.environment.client?.conversations.live({
        ...this.#query,
        ...this.#scope,
        ...(this.unreadOnly ? { unread: true } : {}),
      }) ?? null,
  );
  readonly #lines = new LiveController<Live<Line>>(
    this,
    () => [this.environment.client],
    () => this.environment.client?.lines.live() ?? null,
  );
  readonly #extras = new PartController(
    this,
    async () => new (await import("./row-extras.part.ts")).RowExtras(this, () => this.environment),
  );
  readonly #finder = new PartController(this, async () => {
    const { Finder, finderStyles } = await import("../search/finder.part.ts");
    this.adopt(finderStyles);
    return new Finder(this, {
      environment: () => this.environment,
      scope: () => this.#scope,
      lines: () => this.#lines.snapshot?.data ?? [],
      open: (place) => this.#select({ ...place, reason: "search" }),
    });
  });
  readonly #roving = new RovingFocusController(this, {
    items: () => this.#rows(),
    activate: (row) => {
      this.activeId = row.dataset.id ?? null;
    },
    edge: (end) => {
      if (end === "end") this.#loadMore();
    },
  });

  constructor() {
    super();
    new MidnightController(this, () => this.environment.now);
  }

  /** What is on show at the moment; empty until it is loaded. @internal */
  get shown(): readonly Conversation[] {
    return this.#conversations.snapshot?.data ?? [];
  }

  /** Reads the list again. @internal */
  reload(): void {
    this.#onRetry();
  }

  /** Whether there is anything to choose from; a plain `stage` event that does not bubble says when it changes. @internal */
  get stage(): "waiting" | "empty" | "filled" {
    const { snapshot } = this.#conversations;
    if (snapshot?.status !== "ready") return "waiting";
    return snapshot.data.length === 0 && !this.#isFiltered ? "empty" : "filled";
  }

  /** Nothing can be sent: the user has no line. Told with `stage`. @internal */
  get isWithoutLines(): boolean {
    const { status, data } = this.#lines.snapshot ?? {};
    return status === "ready" && data?.length === 0;
  }

  /** Why there is nothing to show, unless a filter may be the reason; null while there is something. @internal */
  get problem(): unknown {
    const { snapshot } = this.#conversations;
    if (snapshot?.status === "ready" || this.#isFiltered || this.chosenLine !== "") return null;
    return snapshot?.error ?? this.environment.trouble;
  }

  /** Moves the focus to the chosen conversation, else to the first. */
  override focus(options?: FocusOptions): void {
    const rows = this.#rows();
    (rows.find((row) => row.tabIndex === 0) ?? rows[0])?.focus(options);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (changed.has("conversationId")) this.activeId = this.conversationId ?? this.activeId;
  }

  protected override render() {
    const { words, client } = this.environment;
    const finder = this.#finder.code;
    return html`<div class="find">${finder?.fieldView()}</div>${this.#renderFilters()}
      <div class="scroller" data-scroller @scroll=${this.#onScroll} aria-busy=${this.#isLoading ? "true" : "false"}>
        ${client === null || (this.isQuiet && this.problem !== null) ? nothing : finder?.isSearching ? finder.resultsView() : this.#renderList()}
      </div>
      <span class="visually-hidden" role="status">${this.#isLoading ? words.t("list.loading") : nothing}</span>`;
  }

  /** What the list is about, whatever is chosen or looked for in it. */
  get #scope() {
    const lineId = this.lineId || this.chosenLine;
    return { ...(lineId ? { lineId } : {}), ...(this.record ? { record: this.record } : {}) };
  }

  get #query() {
    return this.#finder.loaded?.query;
  }

  get #isFiltered(): boolean {
    return this.unreadOnly || this.#query !== undefined;
  }

  get #scroller(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>(".scroller");
  }

  get #isLoading(): boolean {
    return this.#conversations.snapshot?.status === "loading" && this.environment.trouble === null;
  }

  #renderFilters(): TemplateResult {
    const { words } = this.environment;
    const lines = this.#lines.snapshot?.data ?? [];
    return html`<div class="filters" part="filters">
      <div class="pills" role="group" aria-label=${words.t("list.filter")} ?hidden=${this.#finder.loaded?.isSearching}>
        <button class="pill" type="button" aria-pressed=${!this.unreadOnly} @click=${() => this.#showUnread(false)}>
          ${words.t("list.all")}
        </button>
        <button class="pill" type="button" aria-pressed=${this.unreadOnly} @click=${() => this.#showUnread(true)}>
          ${words.t("list.unread")}
        </button>
      </div>
      ${this.#finder.loaded?.choiceView()}
      ${
        this.lineId === undefined && lines.length > 1
          ? html`<label class="line"
              ><span class="visually-hidden">${words.t("list.line")}</span>
              <select .value=${this.chosenLine} @change=${this.#onLineChange}>
                <option value="">${words.t("list.all-lines")}</option>
                ${lines.map(
                  (line) =>
                    html`<option value=${line.id} ?selected=${line.id === this.chosenLine}>${lineLabel(line)}</option>`,
                )}
              </select>
              ${icon("chevron")}
            </label>`
          : nothing
      }
    </div>`;
  }

  #renderList(): TemplateResult {
    const { words, client, contacts, me, now, trouble, linkFor } = this.environment;
    const snapshot = this.#conversations.snapshot;
    if (snapshot === null || snapshot.status === "loading") {
      return trouble === null ? this.#renderSkeleton() : problemView(words, trouble, this.#onRetry);
    }
    if (snapshot.status === "error") return problemView(words, snapshot.error, this.#onRetry);
    if (snapshot.data.length === 0) return this.#renderEmpty();
    const lines = new Map((this.#lines.snapshot?.data ?? []).map((line) => [line.id, line]));
    const tabStop = snapshot.data.some(({ id }) => id === this.activeId) ? this.activeId : snapshot.data[0]?.id;
    const today = new Date(now());
    const isOnTwoLines = numbersOnTwoLines(snapshot.data);
    const extras = this.#extras.code;
    return html`<ul
        part="list"
        role="list"
        aria-label=${words.t("list.label")}
        @click=${this.#onClick}
        @focusin=${this.#roving.onFocusIn}
        @keydown=${this.#roving.onKeyDown}
      >
        ${repeat(
          snapshot.data,
          ({ id }) => id,
          (conversation) =>
            html`<li>
              ${conversationRow({
                conversation,
                person: personOf(conversation, contacts, lines.get(conversation.lineId)),
                href: hrefOf(linkFor, { conversationId: conversation.id }),
                lineName: isOnTwoLines.has(numberOf(conversation))
                  ? (lines.get(conversation.lineId)?.name ?? null)
                  : null,
                extra: extras?.of(conversation),
                words,
                now: today,
                userId: me?.user?.id ?? null,
                draft: conversation.id === this.conversationId ? "" : (client?.drafts.get(conversation.id) ?? ""),
                selected: conversation.id === this.conversationId,
                tabStop: conversation.id === tabStop,
              })}
            </li>`,
        )}
      </ul>
      ${snapshot.hasMore ? skeleton() : nothing}`;
  }

  #renderEmpty(): TemplateResult {
    const { words } = this.environment;
    if (this.unreadOnly) {
      return stateView({
        icon: "chat",
        title: words.t("list.empty-unread"),
        text: words.t("list.empty-unread-hint"),
      });
    }
    if (this.#query) return html`${this.#finder.loaded?.emptyView()}`;
    const isFilled = this.querySelector(":scope > [slot=empty]") !== null; // else ours would be there twice, once unseen
    return html`<slot name="empty">${isFilled ? nothing : emptyList(words)}</slot>`;
  }

  #renderSkeleton(): TemplateResult {
    return html`<ul aria-hidden="true">
      ${Array.from({ length: SKELETONS }, () => html`<li>${skeleton()}</li>`)}
    </ul>`;
  }

  protected override updated(): void {
    this.#fillScreen();
    const { stage, problem, isWithoutLines } = this;
    if (stage === this.#toldStage && problem === this.#toldProblem && isWithoutLines === this.#toldLines) return;
    this.#toldProblem = problem;
    this.#toldLines = isWithoutLines;
    if (stage !== this.#toldStage && this.#toldStage === "waiting" && !this.#isReadyTold) {
      this.#isReadyTold = true;
      this.fire("trunkline-ready", null);
    }
    this.#toldStage = stage;
    this.dispatchEvent(new Event("stage"));
  }

  #rows(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>(".row")];
  }

  /** A page that does not fill the screen has no scroll bar to ask for the next one with. */
  #fillScreen(): void {
    const scroller = this.#scroller;
    if (scroller && scroller.clientHeight > 0 && scroller.scrollHeight <= scroller.clientHeight) this.#loadMore();
  }

  #loadMore(): void {
    const { source, snapshot } = this.#conversations;
    if (!snapshot?.hasMore || snapshot.error || this.#finder.loaded?.isSearching) return;
    source?.loadMore().catch((error: unknown) => this.report(error));
  }

  #showUnread(unreadOnly: boolean): void {
    this.unreadOnly = unreadOnly;
  }

  readonly #onRetry = () => {
    this.environment.client?.connection.retry();
    this.#conversations.source?.reload().catch(() => undefined); // the list shows the error itself
  };

  #onLineChange(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.chosenLine = this.#lines.snapshot?.data.find(({ id }) => id === value)?.id ?? "";
  }

  #onScroll(): void {
    const scroller = this.#scroller;
    if (scroller && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END) this.#loadMore();
  }

  #onClick(event: MouseEvent): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a link that is wanted somewhere else
    const row = event.composedPath().find((node) => node instanceof HTMLElement && node.matches(".row"));
    const id = row instanceof HTMLElement ? row.dataset.id : undefined;
    const conversation = this.shown.find((shown) => shown.id === id);
    if (!conversation) return;
    event.preventDefault();
    this.#select({ conversationId: conversation.id, reason: "list" });
  }

  #select(detail: TrunklineEventDetails["trunkline-select"] & { readonly conversationId: ConversationId }): void {
    this.conversationId = detail.conversationId;
    this.fire("trunkline-select", detail);
  }
}

const numberOf = ({ participants }: Conversation): string => participants[0]?.number ?? "";

/** Numbers whose conversations only their lines tell apart. */
function numbersOnTwoLines(conversations: readonly Conversation[]): ReadonlySet<string> {
  const [once, twice] = [new Set<string>(), new Set<string>()];
  for (const conversation of conversations) {
    const number = numberOf(conversation);
    (once.has(number) ? twice : once).add(number);
  }
  return twice;
}

/** What stands in a list that has nothing in it; in few words beside something that says what can be done. */
export function emptyList(words: Localizer, isAlone = true): TemplateResult {
  return stateView({
    icon: isAlone ? "chat" : null,
    title: words.t("list.empty"),
    text: isAlone ? words.t("list.empty-hint") : "",
  });
}

function skeleton(): TemplateResult {
  return html`<div class="skeleton" aria-hidden="true">
    <span class="stencil"></span><span class="stencil"></span><span class="stencil"></span>
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    "trunkline-conversation-list": TrunklineConversationList;
  }
}
