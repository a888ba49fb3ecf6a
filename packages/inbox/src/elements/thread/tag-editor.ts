import { html, nothing, type TemplateResult } from "lit";
import type { Localizer } from "../../locales/localizer.ts";
import { sayTeam } from "../../locales/team.ts";
import { CLOSE } from "../../shared/close-icon.ts";
import type { TrunklineElement } from "../../shared/element.ts";
import { icon } from "../../shared/icons.ts";
import { isComposing } from "../../shared/keys.ts";

/** What the gateway takes: tags of one conversation, and UTF-16 code units of one tag. */
const MAX_TAGS = 50;
const MAX_LENGTH = 64;

/** Tags of a conversation, and a field that adds one. */
export class TagEditor {
  readonly #host: TrunklineElement;
  readonly #save: (tags: string[]) => void;
  #isAdding = false;

  constructor(host: TrunklineElement, save: (tags: string[]) => void) {
    this.#host = host;
    this.#save = save;
  }

  close(): void {
    this.#isAdding = false;
  }

  view(tags: readonly string[], words: Localizer, mayWrite: boolean): TemplateResult | typeof nothing {
    if (tags.length === 0 && !mayWrite) return nothing;
    return html`<div class="tags" role="group" aria-label=${sayTeam(words, "team.tags")}>
      ${tags.map((tag) => this.#tag(tag, tags, words, mayWrite))}
      ${mayWrite && tags.length < MAX_TAGS ? this.#add(tags, words) : nothing}
    </div>`;
  }

  #tag(tag: string, tags: readonly string[], words: Localizer, mayWrite: boolean): TemplateResult {
    const label = sayTeam(words, "team.tag-remove", { tag });
    const remove = () => this.#save(tags.filter((other) => other !== tag));
    return html`<span class="tag"
      ><bdi title=${tag}>${tag}</bdi>${
        mayWrite
          ? html`<button class="tag-remove" type="button" aria-label=${label} title=${label} @click=${remove}>
              ${icon(CLOSE)}
            </button>`
          : nothing
      }</span
    >`;
  }

  #add(tags: readonly string[], words: Localizer): TemplateResult {
    if (!this.#isAdding) {
      return html`<button class="team-button tag-add" type="button" @click=${() => this.#open()}>
        ${sayTeam(words, "team.tag-add")}
      </button>`;
    }
    return html`<input
      class="tag-field"
      maxlength=${MAX_LENGTH}
      dir="auto"
      enterkeyhint="done"
      aria-label=${sayTeam(words, "team.tag-field")}
      placeholder=${sayTeam(words, "team.tag-field")}
      @keydown=${(event: KeyboardEvent) => this.#onKeyDown(event, tags)}
      @blur=${(event: FocusEvent) => this.#finish(event.currentTarget as HTMLInputElement, tags)}
    />`;
  }

  #open(): void {
    this.#isAdding = true;
    this.#host.requestUpdate();
    void this.#host.updateComplete.then(() => this.#find(".tag-field")?.focus());
  }

  #onKeyDown(event: KeyboardEvent, tags: readonly string[]): void {
    if (isComposing(event)) return;
    const field = event.currentTarget as HTMLInputElement;
    if (event.key === "Escape") field.value = "";
    else if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    this.#finish(field, tags);
    void this.#host.updateComplete.then(() => this.#find(".tag-add")?.focus());
  }

  /** What was begun is kept, also by whoever goes on elsewhere. */
  #finish(field: HTMLInputElement, tags: readonly string[]): void {
    if (!this.#isAdding) return; // its going away is a blur too
    this.#isAdding = false;
    this.#host.requestUpdate();
    const tag = field.value.trim();
    if (tag !== "" && !tags.includes(tag)) this.#save([...tags, tag]);
  }

  #find(selector: string): HTMLElement | null {
    return this.#host.renderRoot.querySelector<HTMLElement>(selector);
  }
}
