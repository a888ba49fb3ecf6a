import type { TemplateResult } from "lit";
import type { Localizer } from "../../locales/localizer.ts";
import { sayNothingChosen } from "../../locales/nothing-chosen.ts";
import { stateView } from "../../shared/states.ts";

export interface NothingChosenOptions {
  /** Whether there is anything to choose from, as the list tells it. */
  readonly stage: "empty" | "filled";
  readonly words: Localizer;
  /** Absent where the reader may not send. */
  readonly onNew?: (() => void) | undefined;
}

/** What stands beside the list while nothing in it is chosen. */
export function nothingChosen({ stage, words, onNew }: NothingChosenOptions): TemplateResult {
  if (stage === "filled") {
    return stateView({
      icon: "chat",
      title: sayNothingChosen(words, "inbox.choose"),
      text: sayNothingChosen(words, "inbox.choose-hint"),
    });
  }
  return stateView({
    icon: "chat",
    title: sayNothingChosen(words, "inbox.start"),
    text: sayNothingChosen(words, "inbox.start-hint"),
    action: onNew && { label: words.t("inbox.new"), run: onNew },
  });
}
