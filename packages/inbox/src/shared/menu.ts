import { css, html, nothing, type ReactiveController, type TemplateResult } from "lit";
import type { TrunklineElement } from "./element.ts";

export interface MenuItem {
  readonly label: string;
  /** A second word, at the end of the row. */
  readonly detail?: string | undefined;
  /** What else it means, under the second word. */
  readonly note?: string | undefined;
  readonly run: () => void;
}

/** A menu under or over its button: arrow keys move in it, Escape and a press elsewhere close it. */
export class MenuController implements ReactiveController {
  readonly #host: TrunklineElement;
  #opener: HTMLElement | null = null;

  constructor(host: TrunklineElement) {
    this.#host = host;
    host.addController(this);
  }

  get isOpen(): boolean {
    return this.#opener !== null;
  }

  hostDisconnected(): void {
    this.#opener = null;
  }

  toggle(opener: HTMLElement): void {
    if (this.isOpen) this.close();
    else this.open(opener);
  }

  open(opener: HTMLElement): void {
    this.#opener = opener;
    this.#host.requestUpdate();
    void this.#host.updateComplete.then(() => this.#items()[0]?.focus());
  }

  /** Gives the focus back to the button, unless it is somewhere else already. */
  close({ focus = true }: { focus?: boolean } = {}): void {
    const opener = this.#opener;
    this.#opener = null;
    this.#host.requestUpdate();
    if (focus) opener?.focus();
  }

  view(label: string, items: readonly MenuItem[], caption?: string): TemplateResult | typeof nothing {
    if (!this.isOpen) return nothing;
    return html`<div class="menu" @keydown=${this.#onKey} @focusout=${this.#onFocusOut}>
      ${caption === undefined ? nothing : html`<p class="menu-caption" id="menu-caption">${caption}</p>`}
      <div class="menu-items" role="menu" aria-label=${label} aria-describedby=${caption === undefined ? nothing : "menu-caption"}>
      ${items.map(
        ({ label: name, detail, note, run }) =>
          html`<button
            class="menu-item"
            type="button"
            role="menuitem"
            tabindex="-1"
            @click=${() => {
              this.close();
              run();
            }}
          >
            <span>${name}</span>${
              detail === undefined
                ? nothing
                : html`<span class="menu-detail">${detail}${note === undefined ? nothing : html` <small>${note}</small>`}</span>`
            }
          </button>`,
      )}
      </div>
    </div>`;
  }

  #items(): HTMLElement[] {
    return [...this.#host.renderRoot.querySelectorAll<HTMLElement>(".menu-item")];
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const items = this.#items();
    const current = items.indexOf(event.target as HTMLElement);
    const last = items.length - 1;
    const to = {
      ArrowDown: current < last ? current + 1 : 0,
      ArrowUp: current > 0 ? current - 1 : last,
      Home: 0,
      End: last,
    };
    if (event.key === "Tab" || event.key === "Escape") this.close();
    else if (event.key in to) items[to[event.key as keyof typeof to]]?.focus();
    else return;
    if (event.key === "Tab") return; // from the button on it goes its way
    event.preventDefault();
    event.stopPropagation();
  };

  readonly #onFocusOut = (event: FocusEvent): void => {
    const to = event.relatedTarget;
    // A press on the button itself toggles; it must not close the menu first.
    if (to instanceof Node && (to === this.#opener || (event.currentTarget as Node).contains(to))) return;
    if (this.isOpen) this.close({ focus: false });
  };
}

export const menuStyles = css`
  .menu-items {
    display: flex;
    flex-direction: column;
  }

  .menu-caption {
    padding: 4px 10px;
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
  }

  .menu {
    position: absolute;
    z-index: 2;
    inset-block-start: calc(100% + 4px);
    inset-inline-end: 0;
    inline-size: max-content;
    min-inline-size: 160px;
    max-inline-size: min(300px, 86cqi);
    padding: 4px;
    border: 1px solid var(--_stroke);
    border-radius: calc(var(--_radius) + 2px);
    background: var(--_raised);
    box-shadow:
      0 0 2px var(--_shadow),
      0 8px 16px var(--_shadow);
  }

  .menu-item {
    display: flex;
    gap: 4px 20px;
    align-items: baseline;
    justify-content: space-between;
    min-block-size: 32px;
    padding: 6px 10px;
    border: 0;
    border-radius: var(--_radius);
    background: transparent;
    text-align: start;
    cursor: pointer;
  }

  .menu-detail {
    color: var(--_muted);
    text-align: end;
    white-space: nowrap;
  }

  .menu-detail small {
    display: block;
    font-size: 12px;
    line-height: 16px;
  }

  .menu-item:focus,
  .menu-item:hover {
    background: var(--_hover);
    color: var(--_hover-text);
  }

  .menu-item:is(:focus, :hover) .menu-detail {
    color: var(--_hover-muted);
  }
`;
