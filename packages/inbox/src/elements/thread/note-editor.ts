import { type ConversationId, isTrunklineError, type Trunkline, type User } from "@trunkline/sdk";
import { html, nothing, type ReactiveController, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Localizer } from "../../locales/localizer.ts";
import { sayTeam } from "../../locales/team.ts";
import type { TrunklineElement } from "../../shared/element.ts";
import { icon } from "../../shared/icons.ts";
import { isComposing } from "../../shared/keys.ts";
import { colleaguesLike, type Mention, mentionAt, mentionedIn, withMention } from "./mentions.ts";
import { NOTE } from "./team-icons.ts";

/** Longest note that the gateway takes, in UTF-16 code units. */
const MAX_NOTE = 1600;
/** Of these it is told how many are left. */
const NEARLY = 100;
const MAX_SUGGESTED = 6;

export interface NotePlace {
  readonly client: Trunkline | null;
  readonly conversationId: ConversationId | undefined;
  readonly words: Localizer;
  /** Who can be mentioned; the reader is none of them. */
  readonly colleagues: readonly User[];
}

/** Writes notes in place of texts: a field of its own, so that neither is taken for the other. */
export class NoteEditor implements ReactiveController {
  readonly #host: TrunklineElement;
  readonly #place: () => NotePlace;
  isOn = false;
  #text = "";
  #conversationId: ConversationId | undefined;
  #mention: Mention | null = null;
  /** Where a mention begins that was waved away. */
  #dismissed: number | null = null;
  #chosen: readonly User[] = [];
  #active = 0;
  #isSaving = false;
  #problem: string | null = null;

  constructor(host: TrunklineElement, place: () => NotePlace) {
    this.#host = host;
    this.#place = place;
    host.addController(this);
  }

  hostUpdate(): void {
    const { client, conversationId } = this.#place();
    if (conversationId === this.#conversationId || client === null) return;
    this.#conversationId = conversationId;
    this.isOn = false; // nobody goes on to somebody else in a mode that they have forgotten
    this.#mention = null;
    this.#chosen = [];
    this.#problem = null;
    this.#text = conversationId ? client.drafts.get(`note:${conversationId}`) : "";
  }

  show(isOn: boolean): void {
    this.isOn = isOn;
    this.#host.requestUpdate();
    void this.#host.updateComplete.then(() => (isOn ? this.#field?.focus() : this.#host.focus()));
  }

  view(name: string): TemplateResult | typeof nothing {
    if (!this.isOn) return nothing;
    const { words } = this.#place();
    const found = this.#found;
    const left = MAX_NOTE - this.#text.length;
    const isList = found.length > 0;
    return html`<div class="note-editor">
      <p class="note-hint" id="note-hint">${icon(NOTE)}<span>${sayTeam(words, "note.hint")}</span></p>
      ${
        isList
          ? html`<ul class="people" id="note-people" role="listbox" aria-label=${sayTeam(words, "note.people")}>
              ${found.map(
                (user, index) =>
                  html`<li
                    id="note-person-${index}"
                    role="option"
                    aria-selected=${index === this.#active}
                    dir="auto"
                    @pointerdown=${(event: Event) => event.preventDefault() /* the field keeps the focus */}
                    @click=${() => this.#choose(user)}
                  >
                    ${user.name}
                  </li>`,
              )}
            </ul>`
          : nothing
      }
      <div class="note-grow">
        <textarea
          class="note-text"
          rows="2"
          dir="auto"
          autocapitalize="sentences"
          aria-label=${sayTeam(words, "note.label", { name })}
          aria-describedby="note-hint note-problem"
          aria-autocomplete="list"
          aria-controls=${isList ? "note-people" : nothing}
          aria-activedescendant=${isList ? `note-person-${this.#active}` : nothing}
          placeholder=${sayTeam(words, "note.placeholder")}
          .value=${live(this.#text)}
          @input=${this.#onInput}
          @click=${this.#onCaret}
          @keyup=${this.#onCaret}
          @keydown=${this.#onKeyDown}
          @blur=${this.#onBlur}
        ></textarea>
        <div class="note-mirror" dir="auto" aria-hidden="true">${`${this.#text}\u200b`}</div>
      </div>
      <div class="note-foot">
        <p class=${left < 0 ? "over" : ""}>${left > NEARLY ? nothing : sayTeam(words, left < 0 ? "note.over" : "note.left", { count: Math.abs(left) })}</p>
        <button class="button" type="button" aria-disabled=${this.#canSave ? "false" : "true"} @click=${() => this.#save()}>
          ${sayTeam(words, "note.save")}
        </button>
      </div>
      <p class="note-problem" id="note-problem" role="alert">${this.#problem ?? nothing}</p>
      <span class="visually-hidden" role="status">${isList ? sayTeam(words, "note.found", { count: found.length }) : nothing}</span>
    </div>`;
  }

  get #field(): HTMLTextAreaElement | null {
    return this.#host.renderRoot.querySelector<HTMLTextAreaElement>(".note-text");
  }

  get #found(): readonly User[] {
    return this.#mention === null ? [] : colleaguesLike(this.#mention.query, this.#place().colleagues, MAX_SUGGESTED);
  }

  get #canSave(): boolean {
    return !this.#isSaving && this.#text.trim() !== "" && this.#text.length <= MAX_NOTE;
  }

  #write(text: string): void {
    this.#text = text;
    this.#place().client?.drafts.set(`note:${this.#conversationId}`, text);
    this.#host.requestUpdate();
  }

  #choose(user: User): void {
    const field = this.#field;
    if (field === null || this.#mention === null) return;
    const { text, caret } = withMention(this.#text, this.#mention, user.name);
    this.#chosen = [...this.#chosen, user];
    this.#mention = null;
    this.#write(text);
    void this.#host.updateComplete.then(() => {
      field.focus();
      field.setSelectionRange(caret, caret);
    });
  }

  async #save(): Promise<void> {
    const { client, words } = this.#place();
    const id = this.#conversationId;
    if (!this.#canSave || client === null || id === undefined) return;
    const text = this.#text.trim();
    const mentions = mentionedIn(text, this.#chosen);
    this.#isSaving = true;
    this.#problem = null;
    this.#host.requestUpdate();
    try {
      await client.messages.send(id, { kind: "note", text, mentions });
      client.drafts.set(`note:${id}`, "");
      if (id === this.#conversationId && this.#text.trim() === text) this.#write("");
      this.#chosen = [];
    } catch (error) {
      const reason = isTrunklineError(error) ? error.message : "";
      if (id === this.#conversationId) this.#problem = sayTeam(words, "note.failed", { reason });
      else this.#host.report(error);
    } finally {
      this.#isSaving = false;
      this.#host.requestUpdate();
    }
  }

  readonly #onInput = (event: Event): void => {
    const field = event.currentTarget as HTMLTextAreaElement;
    this.#write(field.value);
    this.#look(field);
  };

  readonly #onCaret = (event: Event): void => this.#look(event.currentTarget as HTMLTextAreaElement);

  readonly #onBlur = (): void => {
    this.#mention = null;
    this.#host.requestUpdate();
  };

  #look(field: HTMLTextAreaElement): void {
    const begun = field.selectionStart === field.selectionEnd ? mentionAt(field.value, field.selectionStart) : null;
    if (begun?.start !== this.#dismissed) this.#dismissed = null;
    const mention = this.#dismissed === null ? begun : null;
    if (mention?.start === this.#mention?.start && mention?.query === this.#mention?.query) return;
    this.#mention = mention;
    this.#active = 0;
    this.#host.requestUpdate();
  }

  #dismiss(): void {
    this.#dismissed = this.#mention?.start ?? null;
    this.#mention = null;
  }

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    const found = this.#found;
    const user = found[this.#active];
    if (user !== undefined) {
      const by = { ArrowDown: 1, ArrowUp: found.length - 1 }[event.key];
      if (by !== undefined) this.#active = (this.#active + by) % found.length;
      else if (event.key === "Enter" || event.key === "Tab") this.#choose(user);
      else if (event.key === "Escape") this.#dismiss();
      else return;
      event.preventDefault();
      event.stopPropagation();
      this.#host.requestUpdate();
    } else if (event.key === "Enter" && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      void this.#save();
    }
  };
}
