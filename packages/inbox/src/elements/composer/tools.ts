import { html, nothing, type TemplateResult } from "lit";
import type { Localizer } from "../../locales/localizer.ts";
import { say } from "../../locales/sending.ts";
import { icon } from "../../shared/icons.ts";
import { TEMPLATES } from "./tool-icons.ts";

export interface ToolsOptions {
  readonly words: Localizer;
  /** Absent where the reader may not see templates. */
  readonly onTemplates?: (() => void) | undefined;
  readonly isPicking: boolean;
}

/** Buttons before Send. */
export function toolsView({ words, onTemplates, isPicking }: ToolsOptions): TemplateResult | typeof nothing {
  if (!onTemplates) return nothing;
  const label = say(words, "picker.open");
  return html`<button
    class="icon-button"
    part="templates"
    type="button"
    aria-label=${label}
    title=${label}
    aria-expanded=${isPicking}
    @click=${onTemplates}
  >
    ${icon(TEMPLATES)}
  </button>`;
}

/** The other half of Send: when. */
export function laterButton(options: {
  readonly words: Localizer;
  readonly isOpen: boolean;
  readonly isDisabled: boolean;
  readonly onOpen: (opener: HTMLElement) => void;
}): TemplateResult {
  const { words, isOpen, isDisabled, onOpen } = options;
  const label = say(words, "later.label");
  return html`<button
    class="icon-button later-button"
    part="send-later"
    type="button"
    aria-label=${label}
    title=${label}
    aria-haspopup="menu"
    aria-expanded=${isOpen}
    aria-disabled=${isDisabled ? "true" : "false"}
    @click=${(event: Event) => (isDisabled ? undefined : onOpen(event.currentTarget as HTMLElement))}
  >
    ${icon("chevron")}
  </button>`;
}
