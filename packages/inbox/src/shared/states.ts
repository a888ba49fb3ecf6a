import { isTrunklineError } from "@trunkline/sdk";
import { html, nothing, type TemplateResult } from "lit";
import type { Localizer } from "../locales/localizer.ts";
import { type IconName, icon } from "./icons.ts";
import { needsSignIn } from "./sign-in.ts";

export interface StateOptions {
  readonly icon: IconName;
  readonly title: string;
  readonly text?: string | undefined;
  readonly details?: string | undefined;
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
  /** Read out when it appears, for what went wrong. */
  readonly alert?: boolean | undefined;
}

/** What stands where content would: a picture, what is the matter, and what can be done. */
export function stateView({ icon: name, title, text, details, action, alert = false }: StateOptions): TemplateResult {
  return html`<div class="state" part="state" role=${alert ? "alert" : nothing}>
    <span class="state-icon">${icon(name)}</span>
    <p class="state-title">${title}</p>
    ${text ? html`<p class="state-text">${text}</p>` : nothing}
    ${details ? html`<p class="state-text">${details}</p>` : nothing}
    ${
      action
        ? html`<button class="button primary" type="button" @click=${action.run}>${action.label}</button>`
        : nothing
    }
  </div>`;
}

/** The state for an error that left nothing to show. */
export function problemView(words: Localizer, error: unknown, retry: () => void): TemplateResult {
  if (needsSignIn(error)) {
    return stateView({
      icon: "locked",
      title: words.t("sign-in.title"),
      text: words.t("sign-in.text"),
      action: { label: words.t("error.retry"), run: retry },
      alert: true,
    });
  }
  const known = isTrunklineError(error) ? error : null;
  const forbidden = known?.status === 403;
  return stateView({
    icon: forbidden ? "locked" : "offline",
    title: words.t("error.title"),
    text: words.t(forbidden ? "error.forbidden" : "error.text"),
    details: known?.requestId ? words.t("error.details", { code: known.code, requestId: known.requestId }) : undefined,
    action: { label: words.t("error.retry"), run: retry },
    alert: true,
  });
}
