import { html, type TemplateResult } from "lit";
import type { Localizer } from "../../locales/localizer.ts";
import { stateView } from "../../shared/states.ts";

export interface NothingChosenOptions {
  /** Whether there is anything to choose from, as the list tells it. */
  readonly stage: "waiting" | "empty" | "filled";
  readonly words: Localizer;
  /** Absent where the reader may not send. */
  readonly onNew?: (() => void) | undefined;
}

/** What stands beside the list while nothing in it is chosen. */
export function nothingChosen({ stage, words, onNew }: NothingChosenOptions): TemplateResult {
  if (stage === "waiting") {
    return html`<div class="state" aria-hidden="true"><span class="state-icon stencil"></span></div>`;
  }
  if (stage === "filled") {
    return stateView({ icon: "chat", title: words.t("inbox.choose"), text: words.t("inbox.choose-hint") });
  }
  return stateView({
    icon: "chat",
    title: words.t("inbox.start"),
    text: words.t("inbox.start-hint"),
    action: onNew && { label: words.t("inbox.new"), run: onNew },
  });
}
