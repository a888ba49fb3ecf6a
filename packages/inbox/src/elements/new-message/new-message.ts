import { displayNumber, isE164 } from "@trunkline/protocol/vocabulary";
import {
  type ConversationId,
  isTrunklineError,
  type Line,
  type LineId,
  type Live,
  type Message,
  type SendAt,
} from "@trunkline/sdk";
import { type CSSResultGroup, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { html } from "lit/static-html.js";
import { LiveController } from "../../controllers/live.ts";
import { sayNew } from "../../locales/new-message.ts";
import { CLOSE } from "../../shared/close-icon.ts";
import type { ContactResolver } from "../../shared/contacts.ts";
import { TrunklineElement } from "../../shared/element.ts";
import { icon } from "../../shared/icons.ts";
import { lineLabel } from "../../shared/people.ts";
import { stateView } from "../../shared/states.ts";
import type { TrunklineComposer } from "../composer/composer.ts";
import type { NewPlace } from "../composer/standing.ts";
import { styles } from "./new-message.styles.ts";
import { SuggestionsController } from "./suggestions.ts";

/** Codes that speak of the number that was typed. */
const NUMBER_CODES: ReadonlySet<string> = new Set(["invalid_number", "invalid_input"]);

/** A conversation was opened by its first text. */
export class ConversationOpened extends Event {
  readonly conversationId: ConversationId;

  constructor(conversationId: ConversationId) {
    super("opened");
    this.conversationId = conversationId;
  }
}

/**
 * The beginning of a conversation: which line, which number, and the first text. Part of the inbox.
 *
 * Nothing is made at the gateway before that text is sent. Fires plain `opened` and `close` events, which do not bubble.
 * @internal
 */
export class TrunklineNewMessage extends TrunklineElement {
  /** @internal Looks change through parts and custom properties. */
  static override styles: CSSResultGroup = [TrunklineElement.styles, styles];
  static override readonly suffix: string = "new-message";

  /** The line to write from; the first one when absent. */
  @property({ attribute: "line-id" }) lineId?: LineId | undefined;
  /** The number to write to. */
  @property() to = "";
  /** Record of the host that the conversation is about: `source:type:externalId`. */
  @property() record?: string | undefined;

  @state() private chosenLine: LineId | null = null;
  /** The number as it stood when somebody was done with it: what is half typed is nobody's. */
  @state() private settled = "";
  @state() private problem: "none" | "missing" | "bad" = "none";
  #isTyping = false;
  readonly #lines = new LiveController<Live<Line>>(
    this,
    () => [this.environment.client],
    () => this.environment.client?.lines.live() ?? null,
  );

  readonly #suggestions = new SuggestionsController(this, {
    search: () => this.#search,
    line: () => this.#line,
    choose: ({ number }) => {
      this.to = number;
      this.#onToDone();
      this.#composer?.focus();
    },
  });

  /** Moves the focus to what has to be filled in next. */
  override focus(options?: FocusOptions): void {
    const composer = this.#composer;
    if (this.to.trim() === "") this.#toField?.focus(options);
    else void composer?.updateComplete.then(() => composer.focus(options));
  }

  /** Puts a text into the composer, unless somebody has begun one. */
  async suggest(draft: string): Promise<void> {
    await this.updateComplete;
    const composer = this.#composer;
    await composer?.updateComplete;
    if (composer && composer.value === "") composer.value = draft;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (!changed.has("to")) return;
    this.problem = "none";
    if (!this.#isTyping) this.settled = this.to;
  }

  protected override render() {
    const { words } = this.environment;
    const loaded = this.#lines.snapshot?.status === "ready";
    return html`<div class="head">
        <h2>${sayNew(words, "new.title")}</h2>
        <button
          class="icon-button"
          type="button"
          aria-label=${sayNew(words, "new.close")}
          title=${sayNew(words, "new.close")}
          @click=${this.#onClose}
        >
          ${icon(CLOSE)}
        </button>
      </div>
      ${
        loaded && this.#sendingLines.length === 0
          ? stateView({ icon: "chat", title: sayNew(words, "new.no-lines"), text: sayNew(words, "new.no-lines-hint") })
          : this.#renderForm()
      }`;
  }

  get #toField(): HTMLInputElement | null {
    return this.renderRoot.querySelector<HTMLInputElement>("#to");
  }

  get #search(): ContactResolver["search"] | undefined {
    const { resolver } = this.environment.contacts;
    return resolver?.search?.bind(resolver);
  }

  /** The host's name for the number, where it has one. */
  get #name(): string | null {
    const { contacts } = this.environment;
    const number = plainNumber(this.settled);
    return this.settled === this.to && isE164(number) ? (contacts.get(number)?.name ?? null) : null;
  }

  /** Once line and number are known. */
  get #place(): NewPlace | undefined {
    const line = this.#line;
    const to = plainNumber(this.settled);
    const from = line?.number ?? line?.senderId;
    return line && from && this.settled === this.to && isE164(to) ? { lineId: line.id, from, to } : undefined;
  }

  #renderForm(): TemplateResult {
    const { words } = this.environment;
    const name = this.#name;
    const lines = this.#sendingLines;
    const line = this.#line;
    const hasSearch = this.#search !== undefined;
    const suggestions = this.#suggestions;
    return html`<div class="fields">
        <label class="row">
          <span>${sayNew(words, "new.from")}</span>
          ${
            lines.length > 1
              ? html`<span class="select"
                  ><select @change=${this.#onLineChange}>
                    ${lines.map((each) => html`<option value=${each.id} ?selected=${each === line}>${lineLabel(each)}</option>`)}
                  </select>
                  ${icon("chevron")}</span
                >`
              : html`<output>${line ? lineLabel(line) : nothing}</output>`
          }
        </label>
        <div class="row to">
          <label for="to">${sayNew(words, "new.to")}</label>
          ${name === null ? nothing : html`<b id="name" class="name" dir="auto">${name}</b>`}
          <input
            id="to"
            type="text"
            inputmode=${hasSearch ? "text" : "tel"}
            role=${hasSearch ? "combobox" : nothing}
            aria-autocomplete=${hasSearch ? "list" : nothing}
            aria-expanded=${hasSearch ? String(suggestions.isOpen) : nothing}
            aria-controls=${hasSearch ? "people" : nothing}
            aria-activedescendant=${suggestions.activeId ?? nothing}
            autocomplete="off"
            spellcheck="false"
            dir=${this.to === "" ? nothing : "auto"}
            .value=${live(this.to)}
            placeholder=${sayNew(words, hasSearch ? "new.to-hint-search" : "new.to-hint")}
            aria-invalid=${this.problem === "none" ? "false" : "true"}
            aria-describedby="name problem"
            @input=${this.#onTo}
            @change=${this.#onToDone}
            @keydown=${this.#onToKey}
            @blur=${() => suggestions.close()}
          />
          ${hasSearch ? suggestions.view(words) : nothing}
        </div>
        <p id="problem" class="problem wrong ${this.problem}" role="alert">
          ${
            this.problem === "none"
              ? nothing
              : sayNew(words, this.problem === "missing" ? "new.no-number" : "new.bad-number")
          }
        </p>
      </div>
      <div class="space"><p>${sayNew(words, "new.hint")}</p></div>
      <${this.tag("composer")}
        class="composer"
        draftKey="new"
        .recipient=${name ?? this.to}
        .recipientName=${name ?? ""}
        .sender=${this.problem === "none" ? this.#send : undefined}
        .place=${this.#place}
      ></${this.tag("composer")}>`;
  }

  get #sendingLines(): readonly Line[] {
    const lines = this.#lines.snapshot?.data ?? [];
    return this.lineId === undefined ? lines : lines.filter(({ id }) => id === this.lineId);
  }

  get #line(): Line | undefined {
    return this.#sendingLines.find(({ id }) => id === this.chosenLine) ?? this.#sendingLines[0];
  }

  /** The line to write from, for those who write faster than the lines come. */
  async #findLine(): Promise<Line | undefined> {
    const page = await this.environment.client?.lines.list().page();
    return page?.data.find(({ id }) => this.lineId === undefined || id === this.lineId);
  }

  get #composer(): TrunklineComposer | null {
    return this.renderRoot.querySelector<TrunklineComposer>(".composer");
  }

  readonly #send = async (text: string, sendAt?: SendAt): Promise<Message> => {
    const { client } = this.environment;
    const to = this.to.trim();
    try {
      const line = to === "" ? undefined : (this.#line ?? (await this.#findLine()));
      if (!line || !client) throw new Error(sayNew(this.environment.words, "new.no-number"));
      const [source, type, ...rest] = (this.record ?? "").split(":");
      const conversation = await client.conversations.open({
        lineId: line.id,
        participants: [to],
        ...(source && type && rest.length > 0 ? { records: [{ source, type, externalId: rest.join(":") }] } : {}),
      });
      const sending = client.messages.send(conversation.id, sendAt === undefined ? { text } : { text, sendAt });
      this.dispatchEvent(new ConversationOpened(conversation.id));
      return await sending;
    } catch (error) {
      if (to === "") this.problem = "missing";
      else if (isTrunklineError(error) && NUMBER_CODES.has(error.code)) this.problem = "bad";
      if (this.problem !== "none") this.#toField?.focus();
      throw error;
    }
  };

  #onTo(event: Event): void {
    this.#isTyping = true;
    this.to = (event.target as HTMLInputElement).value;
    this.#suggestions.ask(this.to);
  }

  #onToDone(): void {
    this.#isTyping = false;
    const number = plainNumber(this.to);
    if (isE164(number)) this.to = displayNumber(number);
    this.settled = this.to;
  }

  #onToKey(event: KeyboardEvent): void {
    if (event.isComposing || this.#suggestions.key(event) || event.key !== "Enter") return;
    event.preventDefault();
    this.#composer?.focus();
  }

  #onLineChange(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.chosenLine = this.#sendingLines.find(({ id }) => id === value)?.id ?? null;
  }

  #onClose(): void {
    this.dispatchEvent(new Event("close"));
  }
}

/** A number without what people put between its digits. */
function plainNumber(text: string): string {
  return text.replace(/[\s().-]/g, "");
}
