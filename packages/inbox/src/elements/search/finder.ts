import type { Line } from "@trunkline/sdk";
import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { RovingFocusController } from "../../controllers/roving-focus.ts";
import { saySearch } from "../../locales/search.ts";
import { CLOSE } from "../../shared/close-icon.ts";
import type { Environment } from "../../shared/environment.ts";
import { type IconShape, icon } from "../../shared/icons.ts";
import { isComposing } from "../../shared/keys.ts";
import { problemView, stateView } from "../../shared/states.ts";
import { conversationHit, type FoundPlace, type HitOptions, messageHit } from "./hits.ts";
import { SearchRun, type SearchScope, type SearchState } from "./search-run.ts";
import { ownViews, type SavedFilter, savedViews, type View } from "./views.ts";

/** A lens, of our own. */
const LENS: IconShape = [
  20,
  "M8.5 3a5.5 5.5 0 1 0 3.4 9.83l3.75 3.74a.65.65 0 0 0 .92-.92l-3.74-3.75A5.5 5.5 0 0 0 8.5 3m0 1.1a4.4 4.4 0 1 1 0 8.8 4.4 4.4 0 0 1 0-8.8",
];

export interface FinderHost extends ReactiveControllerHost {
  readonly renderRoot: ParentNode;
  report(error: unknown): void;
}

export interface FinderOptions {
  environment(): Environment;
  scope(): SearchScope;
  lines(): readonly Line[];
  open(place: FoundPlace): void;
}

/** The field that searches, the choice of what the list shows, and what a search has found. */
export class Finder implements ReactiveController {
  readonly #host: FinderHost;
  readonly #options: FinderOptions;
  readonly #run: SearchRun;
  readonly #roving: RovingFocusController;
  #text = "";
  #view = "";
  #query: View["query"];
  #filters: readonly SavedFilter[] = [];
  #filtersOf: unknown = null;
  #activeKey: string | undefined;

  constructor(host: FinderHost, options: FinderOptions) {
    this.#host = host;
    this.#options = options;
    this.#run = new SearchRun(
      () => options.environment().client,
      () => options.scope(),
      () => host.requestUpdate(),
    );
    this.#roving = new RovingFocusController(host, {
      items: () => this.#rows(),
      activate: ({ dataset }) => {
        this.#activeKey = dataset.key;
        host.requestUpdate();
      },
    });
    host.addController(this);
  }

  /** What the chosen filter asks of the list; undefined where everything is shown. The same object until it changes. */
  get query(): View["query"] {
    return this.#query;
  }

  /** Results stand in place of the list. */
  get isSearching(): boolean {
    return this.#run.state.kind !== "idle";
  }

  hostUpdate(): void {
    const { client } = this.#options.environment();
    if (client === this.#filtersOf) return;
    this.#filtersOf = client;
    this.#filters = [];
    this.#clear();
  }

  hostDisconnected(): void {
    this.#run.stop();
  }

  fieldView(): TemplateResult {
    const { words } = this.#options.environment();
    const clear = saySearch(words, "search.clear");
    return html`<div class="find-field" role="search">
      ${icon(LENS)}
      <input
        type="search"
        aria-label=${saySearch(words, "search.label")}
        placeholder=${saySearch(words, "search.hint")}
        maxlength="200"
        autocomplete="off"
        enterkeyhint="search"
        dir="auto"
        .value=${live(this.#text)}
        @input=${this.#onInput}
        @keydown=${this.#onFieldKey}
      />
      ${
        this.#text === ""
          ? nothing
          : html`<button class="icon-button" type="button" aria-label=${clear} title=${clear} @click=${this.#onClear}>
              ${icon(CLOSE)}
            </button>`
      }
    </div>`;
  }

  /** What the list shows: everything, by state, by whose it is, or a filter that somebody saved. */
  choiceView(): TemplateResult | typeof nothing {
    if (this.isSearching) return nothing; // a search looks everywhere
    const { words, me } = this.#options.environment();
    const own = ownViews(words, Boolean(me?.user));
    const saved = savedViews(this.#filters);
    const option = ({ key, label }: View) =>
      html`<option value=${key} ?selected=${key === this.#view}>${label}</option>`;
    return html`<label class="line"
      ><span class="visually-hidden">${saySearch(words, "filter.label")}</span>
      <select .value=${live(this.#view)} @focus=${this.#onChoiceFocus} @change=${this.#onChoice}>
        ${own.map(option)}
        ${
          saved.length === 0
            ? nothing
            : html`<optgroup label=${saySearch(words, "filter.saved")}>${saved.map(option)}</optgroup>`
        }
      </select>
      ${icon("chevron")}
    </label>`;
  }

  /** What stands in a list that a filter leaves empty. */
  emptyView(): TemplateResult {
    const { words } = this.#options.environment();
    return stateView({
      icon: null,
      title: saySearch(words, "filter.empty"),
      text: saySearch(words, "filter.empty-hint"),
    });
  }

  resultsView(): TemplateResult {
    const { state } = this.#run;
    return html`<div class="found-list" aria-busy=${state.kind === "searching" ? "true" : "false"}>
      <span class="visually-hidden" role="status">${this.#said(state)}</span>
      ${this.#contentOf(state)}
    </div>`;
  }

  #said(state: SearchState): string {
    const { words } = this.#options.environment();
    if (state.kind === "searching") return saySearch(words, "search.searching");
    if (state.kind !== "found") return "";
    const count = state.messages.data.length + state.conversations.data.length;
    return count === 0 ? saySearch(words, "search.none") : saySearch(words, "search.found", { count });
  }

  #contentOf(state: SearchState): TemplateResult | typeof nothing {
    const { words } = this.#options.environment();
    if (state.kind === "unsearchable") {
      return stateView({
        icon: null,
        title: saySearch(words, "search.unsearchable"),
        text: saySearch(words, "search.unsearchable-hint"),
      });
    }
    if (state.kind === "failed") return problemView(words, state.error, () => this.#run.ask(this.#text, { now: true }));
    return state.kind === "found" ? this.#hitsView(state) : nothing;
  }

  #hitsView({ messages, conversations, isGoingOn }: SearchState & { kind: "found" }): TemplateResult {
    const { words, contacts, now } = this.#options.environment();
    const isAll = messages.nextCursor === null && conversations.nextCursor === null;
    const keys = [
      ...conversations.data.map(({ conversation }) => `c:${conversation.id}`),
      ...messages.data.map(({ message }) => `m:${message.id}`),
    ];
    if (keys.length === 0 && isAll) {
      return stateView({
        icon: null,
        title: saySearch(words, "search.none"),
        text: saySearch(words, "search.none-hint"),
      });
    }
    const tabStop = this.#activeKey !== undefined && keys.includes(this.#activeKey) ? this.#activeKey : keys[0];
    const options = (key: string): HitOptions => ({
      contacts,
      words,
      lines: this.#options.lines(),
      now: new Date(now()),
      isTabStop: key === tabStop,
      onOpen: (place) => this.#options.open(place),
    });
    const more = (kind: "messages" | "conversations") =>
      html`<button
        class="text-button found-more"
        type="button"
        aria-disabled=${isGoingOn ? "true" : "false"}
        @click=${() => this.#run.more(kind).catch((error: unknown) => this.#host.report(error))}
      >
        ${saySearch(words, kind === "messages" ? "search.more-messages" : "search.more-people")}
      </button>`;
    const section = (title: string, rows: readonly TemplateResult[], after: TemplateResult | typeof nothing) =>
      rows.length === 0 && after === nothing
        ? nothing
        : html`<h3 class="found-head">${title}</h3>
            <ul role="list" aria-label=${title} @focusin=${this.#roving.onFocusIn} @keydown=${this.#roving.onKeyDown}>
              ${rows}
            </ul>
            ${after}`;
    return html`${section(
      saySearch(words, "search.people"),
      conversations.data.map((hit) => conversationHit(hit, options(`c:${hit.conversation.id}`))),
      conversations.nextCursor === null ? nothing : more("conversations"),
    )}
    ${section(
      saySearch(words, "search.messages"),
      messages.data.map((hit) => messageHit(hit, options(`m:${hit.message.id}`))),
      messages.nextCursor === null ? nothing : more("messages"),
    )}`;
  }

  #rows(): HTMLElement[] {
    return [...this.#host.renderRoot.querySelectorAll<HTMLElement>(".found")];
  }

  #clear(): void {
    this.#text = "";
    this.#view = "";
    this.#query = undefined;
    this.#run.ask("");
  }

  readonly #onInput = (event: Event): void => {
    this.#text = (event.target as HTMLInputElement).value;
    this.#run.ask(this.#text);
    this.#host.requestUpdate();
  };

  readonly #onFieldKey = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    if (event.key === "Enter") this.#run.ask(this.#text, { now: true });
    else if (event.key === "Escape" && this.#text !== "") this.#onClear();
    else if (event.key === "ArrowDown" && this.isSearching) this.#rows()[0]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  readonly #onClear = (): void => {
    this.#text = "";
    this.#run.ask("");
    this.#host.requestUpdate();
    this.#host.renderRoot.querySelector<HTMLElement>(".find-field input")?.focus();
  };

  /** Filters may have been saved elsewhere since the list was opened. */
  readonly #onChoiceFocus = (): void => {
    const { client } = this.#options.environment();
    client?.filters
      .list({ limit: 200 })
      .page()
      .then(({ data }) => {
        if (client !== this.#filtersOf) return;
        this.#filters = data;
        this.#host.requestUpdate();
      })
      .catch((error: unknown) => this.#host.report(error));
  };

  readonly #onChoice = (event: Event): void => {
    const { words, me } = this.#options.environment();
    const { value } = event.target as HTMLSelectElement;
    const views = [...ownViews(words, Boolean(me?.user)), ...savedViews(this.#filters)];
    const chosen = views.find(({ key }) => key === value);
    this.#view = chosen?.key ?? "";
    this.#query = chosen?.query;
    this.#host.requestUpdate();
  };
}
