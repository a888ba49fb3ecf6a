import type { Line } from "@trunkline/sdk";
import { html, nothing, type ReactiveController, type TemplateResult } from "lit";
import type { Localizer } from "../../locales/localizer.ts";
import { sayNew } from "../../locales/new-message.ts";
import { avatar } from "../../shared/avatar.ts";
import type { ContactResolver, FoundContact } from "../../shared/contacts.ts";
import type { TrunklineElement } from "../../shared/element.ts";
import { shownNumber } from "../../shared/people.ts";

/** How long somebody has stopped typing, in milliseconds, before the host is asked. */
const PAUSE_MS = 150;
const MOST = 5;

export interface SuggestionsOptions {
  /** The host's search; absent where it has none. */
  search(): ContactResolver["search"] | undefined;
  /** The line to write from: numbers are read in its country. */
  line(): Line | undefined;
  /** One was chosen, by key or pointer. */
  choose(found: FoundContact): void;
}

/** People whom the host suggests while a recipient is typed: the list of a combobox. */
export class SuggestionsController implements ReactiveController {
  readonly #host: TrunklineElement;
  readonly #options: SuggestionsOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort = new AbortController();
  #active = -1;
  /** Null while nothing was asked for. */
  #found: readonly FoundContact[] | null = null;

  constructor(host: TrunklineElement, options: SuggestionsOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  get isOpen(): boolean {
    return this.#found !== null && this.#found.length > 0;
  }

  /** Id of the option that the keys have reached, for `aria-activedescendant`. */
  get activeId(): string | null {
    return this.isOpen && this.#active >= 0 ? `person-${this.#active}` : null;
  }

  hostDisconnected(): void {
    this.close();
  }

  /** Asks who may be meant; the answer to what was typed before is not waited for any more. */
  ask(typed: string): void {
    this.#stop();
    const query = typed.trim();
    if (query === "") this.close();
    else if (this.#options.search()) this.#timer = setTimeout(() => void this.#search(query), PAUSE_MS);
  }

  close(): void {
    this.#stop();
    this.#active = -1;
    if (this.#found === null) return;
    this.#found = null;
    this.#host.requestUpdate();
  }

  /** Takes the keys that move in the list; true when the key was one of them. */
  key(event: KeyboardEvent): boolean {
    const found = this.#found ?? [];
    if (found.length === 0) return false;
    if (event.key === "Escape") this.close();
    else if (event.key === "ArrowDown") this.#move((this.#active + 1) % found.length);
    else if (event.key === "ArrowUp") this.#move((this.#active <= 0 ? found.length : this.#active) - 1);
    else if (event.key === "Enter" && this.#active >= 0) this.#choose(found[this.#active]);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  view(words: Localizer): TemplateResult {
    const found = this.#found ?? [];
    return html`<ul
        id="people"
        class="people"
        role="listbox"
        aria-label=${sayNew(words, "new.suggestions")}
        ?hidden=${!this.isOpen}
        @pointerdown=${keepFocus}
      >
        ${found.map(
          (person, index) =>
            html`<li
              id="person-${index}"
              class="person"
              role="option"
              aria-selected=${index === this.#active ? "true" : "false"}
              @click=${() => this.#choose(person)}
            >
              ${avatar({ name: person.name, key: person.number, avatarUrl: person.avatarUrl })}
              <span class="person-name"><bdi>${person.name}</bdi></span>
              <span class="person-facts"
                ><bdi dir="ltr">${shownNumber(person.number, this.#options.line())}</bdi>${
                  person.subtitle ? html` · <bdi>${person.subtitle}</bdi>` : nothing
                }</span
              >
            </li>`,
        )}
      </ul>
      <div class="visually-hidden" role="status">
        ${this.#found === null ? nothing : sayNew(words, "new.found", { count: found.length })}
      </div>`;
  }

  async #search(query: string): Promise<void> {
    const { signal } = this.#abort;
    try {
      const found = (await this.#options.search()?.(query, { signal })) ?? [];
      if (signal.aborted) return;
      const reached = this.#found?.[this.#active];
      this.#found = found.slice(0, MOST);
      // Whom the keys have reached in the answer to fewer letters is still meant in the answer to more.
      this.#active = reached ? this.#found.findIndex((person) => isSame(person, reached)) : -1;
      this.#host.requestUpdate();
    } catch (error) {
      if (!signal.aborted) this.#host.report(error); // a number can be typed all the same
    }
  }

  #move(index: number): void {
    this.#active = index;
    this.#host.requestUpdate();
    void this.#host.updateComplete.then(() =>
      this.#host.renderRoot.querySelector(`#person-${index}`)?.scrollIntoView({ block: "nearest" }),
    );
  }

  #choose(found: FoundContact | undefined): void {
    this.close();
    if (found) this.#options.choose(found);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.#abort = new AbortController();
  }
}

function isSame(one: FoundContact, other: FoundContact): boolean {
  return one.number === other.number && one.name === other.name && one.id === other.id;
}

/** A press on the list must not take the focus from the field, or the list would be gone before it is a click. */
function keepFocus(event: Event): void {
  event.preventDefault();
}
