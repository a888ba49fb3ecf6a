import type { ConversationId, Message, SendAt } from "@trunkline/sdk";
import { type CSSResultGroup, html, nothing, type PropertyValues } from "lit";
import { property, state } from "lit/decorators.js";
import { PartController } from "../../controllers/part.ts";
import { TrunklineElement } from "../../shared/element.ts";
import { icon } from "../../shared/icons.ts";
import { isComposing } from "../../shared/keys.ts";
import { styles } from "./composer.styles.ts";
import type { NewPlace } from "./standing.ts";

/** Longest text that the gateway takes, in UTF-16 code units; `composer.test.ts` holds it to the protocol's schema. */
export const MAX_TEXT = 1600;

/** Sends a text somewhere; rejects when it was refused, and the text then stays in the composer. */
export type Sender = (text: string, sendAt?: SendAt) => Promise<Message>;

/**
 * @customElement trunkline-composer
 * @summary Writes one text and sends it. Enter sends, Shift+Enter begins a line.
 * @slot actions - Buttons beside Send.
 * @fires {CustomEvent<{ message: Message }>} trunkline-sent - The gateway took the text; its status is `queued`.
 * @fires {CustomEvent<{ error: unknown }>} trunkline-error - The gateway refused the text.
 * @fires {CustomEvent<{ error: unknown }>} trunkline-sign-in-needed - Nobody is signed in.
 * @csspart field - The box around the text and its buttons.
 * @csspart input - The text area.
 * @csspart send - The Send button.
 * @csspart templates - The button that opens the templates.
 * @csspart send-later - The other half of Send.
 * @csspart picker - The templates over the field.
 * @csspart notice - Over the field: when a text would go.
 * @csspart blocked - In place of the field: why no text may leave.
 * @cssproperty [--trunkline-composer-max-rows=8] - Rows before the text scrolls.
 */
export class TrunklineComposer extends TrunklineElement {
  /** @internal Looks change through parts and custom properties. */
  static override styles: CSSResultGroup = [TrunklineElement.styles, styles];
  static override readonly suffix: string = "composer";
  static override shadowRootOptions = { ...TrunklineElement.shadowRootOptions, delegatesFocus: true };

  /** Conversation to write to (`conv_…`). Without it, and without `sender`, nothing can be sent. */
  @property({ attribute: "conversation-id" }) conversationId?: ConversationId | undefined;
  /** Whom the text goes to, for the field's name. */
  @property() recipient = "";
  /** The recipient's own name, for templates that ask for it; empty where only a number is known. */
  @property({ attribute: "recipient-name" }) recipientName = "";
  /** Keeps the field in place, but takes no text. */
  @property({ type: Boolean, reflect: true }) disabled = false;
  /** Sends in place of the conversation, such as a first text that opens one. */
  @property({ attribute: false }) sender?: Sender | undefined;
  /** Where `sender` would send to: what stands against it is said before somebody types. @internal */
  @property({ attribute: false }) place?: NewPlace | undefined;
  /** Under which name an unsent text is kept, where there is no conversation yet. */
  @property({ attribute: false }) draftKey?: string | undefined;

  @state() private text = "";
  @state() private isSending = false;
  #draftOf: string | null = null;
  #hadFocus = false;
  readonly #picker = new PartController(this, () => this.#fetchPicker());
  readonly #schedule = new PartController(this, () => this.#fetchSchedule());
  readonly #writing = new PartController(this, () => this.#fetchWriting());

  /** The text as it stands. */
  get value(): string {
    return this.text;
  }

  set value(value: string) {
    this.text = value;
    this.#keepDraft();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    this.#hadFocus = this.shadowRoot?.activeElement != null;
    const key = this.#key;
    if (key === this.#draftOf) return;
    if (key === null || this.environment.client === null) return;
    this.#draftOf = key;
    this.text = this.environment.client.drafts.get(key);
  }

  protected override updated(): void {
    // What had the focus may have given way to why nothing can be sent, or come back.
    if (this.#hadFocus && this.shadowRoot?.activeElement == null) this.focus({ preventScroll: true });
  }

  protected override render() {
    const { words, me, now } = this.environment;
    if (!this.#maySend) return html`<p class="read-only">${words.t("composer.read-only")}</p>`;
    const writing = this.#writing.code;
    const standing = writing && {
      standing: writing.standing,
      name: this.recipient,
      maySettle: me?.permissions.includes("opt_ins.write") ?? false,
      words,
      now: new Date(now()),
    };
    const blocked = standing && writing.blockedView(standing);
    if (blocked) return blocked;
    const label =
      this.recipient === "" ? words.t("composer.label-alone") : words.t("composer.label", { name: this.recipient });
    return html`${standing && writing.quietNotice(standing)}
      ${this.#picker.loaded?.view({
        words,
        recipientName: this.recipientName,
        insert: this.#write,
        leave: () => this.#input?.focus(),
      })}
      ${this.#schedule.loaded?.view({
        words,
        now: new Date(now()),
        timeZones: writing?.standing.check?.timeZones ?? [],
        send: (sendAt) => void this.#submit(sendAt),
      })}
      <div class="field ${this.text.includes("\n") ? "tall" : ""}" part="field" @focusin=${() => writing?.standing.refresh()}>
        <div class="grow">
          <textarea
            part="input"
            rows="1"
            dir=${this.text === "" ? nothing : "auto"}
            enterkeyhint="send"
            autocapitalize="sentences"
            aria-label=${label}
            aria-describedby="hint"
            placeholder=${words.t("composer.placeholder")}
            ?disabled=${this.disabled}
            .value=${this.text}
            @input=${this.#onInput}
            @keydown=${this.#onKeyDown}
          ></textarea>
          <div class="mirror" dir="auto" aria-hidden="true">${`${this.text}\u200b`}</div>
        </div>
        <div class="actions">
          <slot name="actions"></slot>
          ${writing?.toolsView({
            words,
            isPicking: this.#picker.loaded?.isOpen ?? false,
            onTemplates: me?.permissions.includes("templates.read") ? this.#onTemplates : undefined,
          })}
          <button
            class="icon-button send"
            part="send"
            type="button"
            aria-label=${words.t("composer.send")}
            title=${words.t("composer.send")}
            aria-disabled=${this.#canSend ? "false" : "true"}
            @click=${() => this.#submit()}
          >
            ${icon("send")}
          </button>
          ${writing?.laterButton({
            words,
            isOpen: this.#schedule.loaded?.isOpen ?? false,
            isDisabled: !this.#canSend,
            onOpen: (opener) => {
              this.#picker.loaded?.close();
              this.#use(this.#schedule, (schedule) => schedule.toggle(opener));
            },
          })}
        </div>
      </div>
      ${writing?.meter.view({ text: this.text, longest: MAX_TEXT, words, onPlain: this.#write })}`;
  }

  get #input(): HTMLTextAreaElement | null {
    return this.renderRoot.querySelector<HTMLTextAreaElement>("textarea");
  }

  get #maySend(): boolean {
    return this.environment.me?.permissions.includes("messages.send") ?? true;
  }

  get #key(): string | null {
    return this.conversationId ?? this.draftKey ?? null;
  }

  get #canSend(): boolean {
    const ready = this.sender !== undefined || (this.conversationId !== undefined && this.environment.client !== null);
    return ready && !this.disabled && !this.isSending && this.text.trim() !== "" && this.text.length <= MAX_TEXT;
  }

  /** Sends what is written. Into a conversation the field is free again at once; the thread shows how it goes on. */
  async #submit(sendAt?: SendAt): Promise<void> {
    const { client } = this.environment;
    const { conversationId } = this;
    const { sender } = this;
    if (!this.#canSend) return;
    const text = this.text.trim();
    this.#input?.focus();
    try {
      if (sender) {
        this.isSending = true;
        const message = await sender(text, sendAt);
        this.value = "";
        this.fire("trunkline-sent", { message });
      } else if (client && conversationId) {
        const sending = client.messages.send(conversationId, sendAt === undefined ? { text } : { text, sendAt });
        this.value = "";
        this.fire("trunkline-sent", { message: await sending });
      }
    } catch (error) {
      this.report(error);
    } finally {
      this.isSending = false;
    }
  }

  async #fetchPicker() {
    const { PickerController, pickerStyles } = await import("./picker.part.ts");
    this.adopt(pickerStyles);
    return new PickerController(this, () => this.environment.client);
  }

  async #fetchSchedule() {
    const { ScheduleController, scheduleStyles } = await import("./schedule.part.ts");
    this.adopt(scheduleStyles);
    return new ScheduleController(this);
  }

  readonly #onTemplates = (): void => this.#use(this.#picker, (picker) => picker.toggle());

  #use<Part>(part: PartController<Part>, run: (loaded: Part) => void): void {
    part.load().then(run, (error: unknown) => this.report(error));
  }

  async #fetchWriting() {
    const { blockedView, laterButton, toolsView, MeterController, quietNotice, StandingController, writingStyles } =
      await import("./writing.part.ts");
    this.adopt(writingStyles);
    const meter = new MeterController(this);
    const standing = new StandingController(this, () => {
      const { client, now } = this.environment;
      return { client: this.#maySend ? client : null, place: this.conversationId ?? this.place, now };
    });
    return { meter, standing, blockedView, laterButton, quietNotice, toolsView };
  }

  /** Puts a text into the field, where writing goes on. */
  readonly #write = (text: string): void => {
    this.value = text;
    this.#input?.focus();
  };

  #keepDraft(): void {
    const key = this.#key;
    if (key !== null) this.environment.client?.drafts.set(key, this.text);
  }

  #onInput(event: Event): void {
    this.value = (event.target as HTMLTextAreaElement).value;
  }

  #onKeyDown(event: KeyboardEvent): void {
    const mayPick = this.environment.me?.permissions.includes("templates.read") ?? false;
    if (event.key === "/" && this.text === "" && mayPick && !isComposing(event)) {
      event.preventDefault();
      this.#onTemplates();
    }
    if (event.key !== "Enter" || isComposing(event)) return;
    if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    void this.#submit();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "trunkline-composer": TrunklineComposer;
  }
}
