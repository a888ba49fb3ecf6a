import { parseTemplate, renderTemplate, templateVariables } from "@trunkline/protocol/vocabulary";
import type { Template, Trunkline } from "@trunkline/sdk";
import { segments } from "@trunkline/sdk/segments";
import { html, nothing, type ReactiveController, type TemplateResult } from "lit";
import type { Localizer } from "../../locales/localizer.ts";
import { say } from "../../locales/sending.ts";
import { CLOSE } from "../../shared/close-icon.ts";
import type { TrunklineElement } from "../../shared/element.ts";
import { icon } from "../../shared/icons.ts";
import { knownValues, readableName } from "./template-values.ts";

export { pickerStyles } from "./picker.styles.ts";

/** How long somebody has stopped typing, in milliseconds, before the gateway is asked. */
const PAUSE_MS = 150;
const MOST = 20;
/** Fields of the form that need a value and have none. */
const MISSING = "form input:invalid";

export interface PickerOptions {
  readonly words: Localizer;
  /** The recipient's name; empty where only a number is known. */
  readonly recipientName: string;
  readonly insert: (text: string) => void;
  /** The focus goes back to the field. */
  readonly leave: () => void;
}

/** A template on its way into the field. */
interface Chosen {
  readonly template: Template;
  /** Index among the variants; -1 for the template's own words. */
  variant: number;
  values: Record<string, string>;
  /** Somebody wanted to insert it while values were missing. */
  isAskedFor: boolean;
}

/**
 * Templates by name, each shown with the values that are known. What is chosen is put into the field as words, which can
 * still be changed: whoever sends a text has read it as it goes.
 */
export class PickerController implements ReactiveController {
  readonly #host: TrunklineElement;
  readonly #client: () => Trunkline | null;
  #isOpen = false;
  #query = "";
  /** Null while nothing was found yet. */
  #found: readonly Template[] | null = null;
  /** What `#found` was found by. */
  #foundBy = "";
  #hasFailed = false;
  #active = 0;
  #chosen: Chosen | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort = new AbortController();

  constructor(host: TrunklineElement, client: () => Trunkline | null) {
    this.#host = host;
    this.#client = client;
    host.addController(this);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  hostDisconnected(): void {
    this.close();
  }

  toggle(): void {
    if (this.#isOpen) this.close();
    else this.open();
  }

  open(): void {
    this.#isOpen = true;
    this.#query = "";
    this.#active = 0;
    this.#chosen = null;
    void this.#search();
    this.#focus("input");
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.#isOpen = false;
    this.#chosen = null;
    this.#host.requestUpdate();
  }

  view(options: PickerOptions): TemplateResult | typeof nothing {
    if (!this.#isOpen) return nothing;
    const { words } = options;
    const close = () => {
      this.close();
      options.leave();
    };
    return html`<section
      class="picker"
      part="picker"
      aria-label=${say(words, "picker.label")}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        if (this.#chosen === null) close();
        else this.#back();
      }}
    >
      <div class="picker-head">
        <h3 dir="auto">${this.#chosen?.template.name ?? say(words, "picker.label")}</h3>
        <button
          class="icon-button"
          type="button"
          aria-label=${say(words, "picker.close")}
          title=${say(words, "picker.close")}
          @click=${close}
        >
          ${icon(CLOSE)}
        </button>
      </div>
      ${this.#chosen === null ? this.#list(options) : this.#form(options, this.#chosen)}
    </section>`;
  }

  #list(options: PickerOptions): TemplateResult {
    const { words } = options;
    const found = this.#found ?? [];
    const active = found[this.#active];
    return html`<input
        class="picker-search"
        type="text"
        role="combobox"
        aria-label=${say(words, "picker.search")}
        placeholder=${say(words, "picker.search")}
        aria-autocomplete="list"
        aria-expanded="true"
        aria-controls="templates"
        aria-activedescendant=${active ? `template-${this.#active}` : nothing}
        autocomplete="off"
        .value=${this.#query}
        @input=${(event: Event) => this.#onQuery((event.target as HTMLInputElement).value)}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event, options)}
      />
      <ul id="templates" role="listbox" aria-label=${say(words, "picker.label")} ?hidden=${found.length === 0}>
        ${found.map(
          (template, index) =>
            html`<li
              id="template-${index}"
              class="template"
              role="option"
              aria-selected=${index === this.#active ? "true" : "false"}
              @pointermove=${() => this.#move(index)}
              @click=${() => this.#choose(template, options)}
            >
              <span class="template-name" dir="auto">${template.name}</span>
              <span class="template-text" dir="auto">${piecesOf(template.text, this.#known(template, options))}</span>
            </li>`,
        )}
      </ul>
      <div role="status" class="picker-status">${this.#status(words)}</div>`;
  }

  #status(words: Localizer): unknown {
    if (this.#hasFailed) return say(words, "picker.failed");
    if (this.#found === null) return say(words, "picker.loading");
    if (this.#found.length > 0) {
      const told = say(words, "picker.found", { count: this.#found.length });
      return html`<span class="visually-hidden">${told}</span>`;
    }
    return say(words, this.#query.trim() === "" ? "picker.none" : "picker.no-match");
  }

  #form(options: PickerOptions, chosen: Chosen): TemplateResult {
    const { words } = options;
    const { template, values } = chosen;
    const source = wordsOf(chosen);
    const { text, missing } = renderTemplate(source, values);
    const count = segments(text).segments;
    const lacks = chosen.isAskedFor ? missing : [];
    return html`<form
      class="picker-form"
      novalidate
      @submit=${(event: Event) => {
        event.preventDefault();
        if (missing.length === 0) return this.#insert(text, options);
        chosen.isAskedFor = true;
        this.#focus(MISSING);
      }}
    >
      ${
        template.variants.length === 0
          ? nothing
          : html`<label
              >${say(words, "picker.language")}
              <select
                @change=${(event: Event) => this.#onVariant(chosen, Number((event.target as HTMLSelectElement).value))}
              >
                ${[template, ...template.variants].map(
                  ({ locale }, index) =>
                    html`<option value=${index - 1} ?selected=${index - 1 === chosen.variant}>
                      ${locale === null ? say(words, "picker.usual") : languageName(locale, words)}
                    </option>`,
                )}
              </select></label
            >`
      }
      ${templateVariables(source).map(
        ({ name, default: usual }) =>
          html`<div class="picker-field"><label
            ><span><bdi>${readableName(name)}</bdi></span>
            <input
              type="text"
              aria-describedby=${lacks.includes(name) ? `needed-${name}` : nothing}
              dir=${(values[name] ?? usual ?? "") === "" ? nothing : "auto"}
              maxlength="500"
              autocomplete="off"
              placeholder=${usual ?? nothing}
              ?required=${usual === null}
              aria-invalid=${lacks.includes(name) ? "true" : nothing}
              .value=${values[name] ?? ""}
              @input=${(event: Event) => this.#onValue(chosen, name, (event.target as HTMLInputElement).value)}
            /></label
          >${
            lacks.includes(name)
              ? html`<p id="needed-${name}" class="picker-needed wrong">${say(words, "picker.needed")}</p>`
              : nothing
          }</div>`,
      )}
      <p class="picker-preview" dir="auto">${piecesOf(source, values)}</p>
      <p class="visually-hidden" role="alert">
        ${lacks.length === 0 ? nothing : say(words, "picker.missing", { names: listOf(lacks.map(readableName), words) })}
      </p>
      <div class="picker-actions">
        <span class="picker-count">${say(words, "meter.texts", { count })}</span>
        <button class="button" type="button" @click=${() => this.#back()}>${say(words, "picker.back")}</button>
        <button class="button primary" type="submit">${say(words, "picker.insert")}</button>
      </div>
    </form>`;
  }

  /** What the template says by itself is said in the language that was chosen; what somebody wrote stays. */
  #onVariant(chosen: Chosen, variant: number): void {
    const before = usualValues(wordsOf(chosen));
    chosen.variant = variant;
    const written = Object.entries(chosen.values).filter(([name, value]) => value !== before[name]);
    chosen.values = { ...usualValues(wordsOf(chosen)), ...Object.fromEntries(written) };
    this.#host.requestUpdate();
  }

  #onValue(chosen: Chosen, name: string, value: string): void {
    const { [name]: _, ...others } = chosen.values;
    chosen.values = value === "" ? others : { ...others, [name]: value };
    this.#host.requestUpdate();
  }

  #known({ variables }: Template, { recipientName }: PickerOptions): Record<string, string> {
    return knownValues(
      variables.map(({ name }) => name),
      recipientName,
    );
  }

  #choose(template: Template, options: PickerOptions): void {
    const known = this.#known(template, options);
    const { text, missing } = renderTemplate(template.text, known);
    if (missing.length === 0 && template.variants.length === 0) {
      this.#insert(text, options);
      return;
    }
    this.#chosen = { template, variant: -1, values: { ...usualValues(template.text), ...known }, isAskedFor: false };
    this.#focus(MISSING, "form :is(select, input, button)");
  }

  #insert(text: string, { insert }: PickerOptions): void {
    this.close();
    insert(text);
  }

  #back(): void {
    this.#chosen = null;
    this.#focus("input");
  }

  #onQuery(query: string): void {
    this.#query = query;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#search(), PAUSE_MS);
  }

  #onKey(event: KeyboardEvent, options: PickerOptions): void {
    if (event.isComposing) return;
    const found = this.#found ?? [];
    if (event.key === "ArrowDown") this.#move((this.#active + 1) % Math.max(1, found.length));
    else if (event.key === "ArrowUp") this.#move((this.#active + found.length - 1) % Math.max(1, found.length));
    else if (event.key === "Enter") void this.#enter(options);
    else return;
    event.preventDefault();
  }

  /** Takes the one that is marked; who types faster than templates are found means what is found by all of their words. */
  async #enter(options: PickerOptions): Promise<void> {
    if (this.#query.trim() !== this.#foundBy) {
      clearTimeout(this.#timer);
      await this.#search();
    }
    const active = this.#found?.[this.#active];
    if (active && this.#isOpen && this.#query.trim() === this.#foundBy) this.#choose(active, options);
  }

  #move(index: number): void {
    if (index === this.#active) return;
    this.#active = index;
    this.#host.requestUpdate();
    void this.#host.updateComplete.then(() =>
      this.#host.renderRoot.querySelector(`#template-${index}`)?.scrollIntoView({ block: "nearest" }),
    );
  }

  /** Focuses what the first of the selectors finds that finds anything. */
  #focus(...selectors: string[]): void {
    this.#host.requestUpdate();
    void this.#host.updateComplete.then(() => {
      const find = (selector: string) => this.#host.renderRoot.querySelector<HTMLElement>(`.picker ${selector}`);
      selectors
        .map(find)
        .find((found) => found !== null)
        ?.focus();
    });
  }

  async #search(): Promise<void> {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const name = this.#query.trim();
    try {
      const page = await this.#client()
        ?.templates.list({ limit: MOST, ...(name === "" ? {} : { name }) }, { signal })
        .page();
      if (signal.aborted) return;
      this.#found = page?.data ?? [];
      this.#foundBy = name;
      this.#hasFailed = false;
    } catch {
      if (signal.aborted) return;
      this.#hasFailed = true;
    }
    this.#active = 0;
    this.#host.requestUpdate();
  }
}

function wordsOf({ template, variant }: Chosen): string {
  return template.variants[variant]?.text ?? template.text;
}

/** What its variables say when nobody says otherwise; it stands in the fields, because it is what will be sent. */
function usualValues(template: string): Record<string, string> {
  const usual = templateVariables(template);
  return Object.fromEntries(usual.flatMap(({ name, default: words }) => (words ? [[name, words]] : [])));
}

/** A template as it will read, with a blank for each value that nobody has given. */
function piecesOf(template: string, values: Readonly<Record<string, string>>): unknown[] {
  return parseTemplate(template).map((piece) => {
    if (piece.kind === "text") return piece.text;
    const value = Object.hasOwn(values, piece.name) ? values[piece.name] : undefined;
    return (value || piece.default) ?? value ?? html`<bdi class="blank">${readableName(piece.name)}</bdi>`;
  });
}

function listOf(names: readonly string[], words: Localizer): string {
  return new Intl.ListFormat(words.locale).format(names);
}

function languageName(locale: string, words: Localizer): string {
  return new Intl.DisplayNames(words.locale, { type: "language" }).of(locale) ?? locale;
}
