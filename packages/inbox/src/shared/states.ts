import { isTrunklineError, type TrunklineError } from "@trunkline/sdk";
import { html, nothing, type TemplateResult } from "lit";
import type { Localizer } from "../locales/localizer.ts";
import { type IconName, type IconShape, icon } from "./icons.ts";
import { needsSignIn } from "./sign-in.ts";

export interface StateOptions {
  /** Null for none. */
  readonly icon: IconName | IconShape | null;
  readonly title: string;
  readonly text?: string | undefined;
  /** Quiet words for whoever is asked for help, and what they mean in code. */
  readonly details?: string | undefined;
  readonly code?: string | undefined;
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
  /** Read out when it appears, for what went wrong. */
  readonly alert?: boolean | undefined;
}

/** What stands where content would: a picture, what is the matter, and what can be done. */
export function stateView({
  icon: name,
  title,
  text,
  details,
  code,
  action,
  alert = false,
}: StateOptions): TemplateResult {
  return html`<div class="state" part="state" role=${alert ? "alert" : nothing}>
    ${name === null ? nothing : html`<span class="state-icon">${icon(name)}</span>`}
    <p class="state-title">${title}</p>
    ${text ? html`<p class="state-text">${text}</p>` : nothing}
    ${details ? html`<p class="state-text details" title=${code ?? nothing}>${details}</p>` : nothing}
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
      action: { label: words.t("sign-in.now"), run: retry },
      alert: true,
    });
  }
  const known = isTrunklineError(error) ? error : null;
  const details = known?.requestId ? words.t("error.details", { requestId: known.requestId }) : undefined;
  const [name, title, text]: [IconName, string, string] =
    known?.code === "suspended"
      ? ["locked", words.t("error.suspended"), words.t("error.suspended-text")]
      : known?.status === 403
        ? ["locked", words.t("error.forbidden"), helpOf(known, words)]
        : known?.code !== "network_error"
          ? ["failed", words.t("error.title"), words.t("error.text")]
          : navigator.onLine
            ? ["offline", words.t("error.away"), words.t("error.away-text")]
            : ["offline", words.t("error.offline"), words.t("error.offline-text")];
  return stateView({
    icon: name,
    title,
    text,
    details,
    code: known?.code,
    action: { label: words.t("error.retry"), run: retry },
    alert: true,
  });
}

/** Who can help somebody who may not do something. */
function helpOf({ allowedRoles }: TrunklineError, words: Localizer): string {
  if (allowedRoles.length === 0) return words.t("error.forbidden-text");
  const roles = new Intl.ListFormat("en", { type: "disjunction" }).format(allowedRoles); // in the phrases' language
  return words.t("error.forbidden-roles", { roles });
}
