import type { Line } from "@trunkline/sdk";
import { html, nothing, type TemplateResult } from "lit";
import type { Localizer } from "../../locales/localizer.ts";
import { avatar } from "../../shared/avatar.ts";
import { icon } from "../../shared/icons.ts";
import type { Person } from "../../shared/people.ts";
import { safeHref } from "../../shared/safe-href.ts";

export interface ThreadHeadOptions {
  /** Null where nobody is known, or not yet. */
  readonly person: Person | null;
  readonly isLoading: boolean;
  readonly line: Line | undefined;
  readonly words: Localizer;
  /** Absent where there is nothing to go back to. */
  readonly onBack?: (() => void) | undefined;
  readonly onOpenContact?: ((event: Event) => void) | undefined;
  /** The button that calls, where the line can and once it is there. */
  readonly call: unknown;
  /** Absent where there is nothing more to do. */
  readonly onMenu?: ((opener: HTMLElement) => void) | undefined;
  readonly isMenuOpen: boolean;
  /** The menu, while it is open. */
  readonly menu: unknown;
}

/** The bar over a thread: back, who it is with, and a call where the line can make one. */
export function threadHead(options: ThreadHeadOptions): TemplateResult {
  const { person, isLoading, line, words, onBack, onOpenContact } = options;
  const back = words.t("thread.back");
  return html`<div class="head ${onBack ? "with-back" : ""}" part="head">
    ${
      onBack
        ? html`<button class="icon-button" type="button" aria-label=${back} title=${back} @click=${onBack}>
            ${icon("back")}
          </button>`
        : nothing
    }
    ${
      person === null
        ? skeleton(isLoading)
        : html`${avatar({ name: person.name, key: person.number, avatarUrl: person.contact?.avatarUrl })}
            ${who(person, line, onOpenContact)} ${options.call}
            ${options.onMenu ? more(options.onMenu, options) : nothing}`
    }
  </div>`;
}

function skeleton(isLoading: boolean): TemplateResult | typeof nothing {
  if (!isLoading) return nothing;
  return html`<span class="avatar stencil"></span>
    <div class="who"><div class="stencil"></div><div class="stencil"></div></div>`;
}

function who(
  person: Person,
  line: Line | undefined,
  onOpenContact: ThreadHeadOptions["onOpenContact"],
): TemplateResult {
  const url = person.contact?.url ? safeHref(person.contact.url) : null;
  // Each isolated: a number keeps its order between words of any script.
  const number = person.name === null ? "" : person.shownNumber;
  const under = [number, line?.name, person.contact?.subtitle].filter((part) => part);
  return html`<div class="who">
    <h2 dir="auto" title=${person.label}>
      ${
        url === null
          ? person.label
          : html`<a href=${url} target="_blank" rel="noopener" @click=${onOpenContact}>${person.label}</a>`
      }
    </h2>
    <p title=${under.join(" · ")}>
      ${under.map((part, index) => (part === number ? html`<bdi class="number" dir="ltr">${part}</bdi>` : html`${index === 0 ? "" : html`<span> · </span>`}<bdi dir="auto">${part}</bdi>`))}
    </p>
  </div>`;
}

function more(onMenu: (opener: HTMLElement) => void, { words, isMenuOpen, menu }: ThreadHeadOptions): TemplateResult {
  const label = words.t("thread.more");
  return html`<div class="more">
    <button
      class="icon-button"
      type="button"
      aria-label=${label}
      title=${label}
      aria-haspopup="menu"
      aria-expanded=${isMenuOpen}
      @click=${(event: Event) => onMenu(event.currentTarget as HTMLElement)}
    >
      ${icon("more")}
    </button>
    ${menu}
  </div>`;
}
