import type { Consent } from "@trunkline/sdk";
import { html, nothing, type TemplateResult } from "lit";
import { canSay, say } from "../../locales/consent.ts";
import type { Localizer } from "../../locales/localizer.ts";
import { icon } from "../../shared/icons.ts";
import { WAITS, WARNING, WORKS } from "./consent-icons.ts";

type FeatureConsent = Consent["features"][number];

/** States in which something worked before and no longer does. */
const STOPPED: ReadonlySet<string> = new Set(["revoked", "expired", "reconnect"]);

/** One feature: what it is for people, whether it works, and what would be asked for and why. */
export function featureView(
  { feature, state, missing, next }: FeatureConsent,
  words: Localizer,
  isPaused: boolean,
): TemplateResult {
  const name = `name.${feature}`;
  const works = state === "granted" && !isPaused;
  const waitsFor = `feature.${next.who}`;
  const mark = works ? WORKS : STOPPED.has(state) ? WARNING : WAITS;
  return html`<li class="feature">
    <div class="row">
      <span class=${works ? "works" : STOPPED.has(state) ? "stopped" : "waits"}>${icon(mark)}</span>
      <span class="feature-name">${canSay(name) ? say(words, name) : feature}</span>
      <span class="feature-state">
        ${say(words, isPaused ? "feature.paused" : works ? "feature.granted" : canSay(waitsFor) ? waitsFor : "feature.user")}
      </span>
    </div>
    ${
      missing.length === 0
        ? nothing
        : html`<details>
            <summary>${say(words, "feature.asks", { count: missing.length })}</summary>
            <ul class="permissions">
              ${missing.map(
                ({ name: permission, reason, adminConsent }) =>
                  html`<li class="permission">
                    ${reason} ${adminConsent ? say(words, "feature.by-admin") : nothing}
                    <code>${permission}</code>
                  </li>`,
              )}
            </ul>
          </details>`
    }
  </li>`;
}
