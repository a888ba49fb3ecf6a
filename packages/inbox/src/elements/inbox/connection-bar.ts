import type { Connection } from "@trunkline/sdk";
import { html, nothing, type TemplateResult } from "lit";
import type { Localizer } from "../../locales/localizer.ts";
import { icon } from "../../shared/icons.ts";

export interface ConnectionBarOptions {
  readonly connection: Connection | null;
  readonly words: Localizer;
  readonly now: number;
  readonly isOnline: boolean;
  readonly onRetry: () => void;
}

/** Tells whether the connection is away, after it was there or while it cannot be made. */
export function isAway(connection: Connection | null): boolean {
  if (connection === null) return false;
  const { state } = connection;
  return state === "waiting" || state === "stopped" || (state === "connecting" && connection.attempt > 1);
}

/** A bar over everything while the connection is away. The seconds are not read out, the bar itself is, once. */
export function connectionBar({ connection, words, now, isOnline, onRetry }: ConnectionBarOptions): TemplateResult {
  return html`<div class="bar-space" role="status">
    ${
      !isAway(connection) || connection === null
        ? nothing
        : html`<div class="bar" part="connection">
            ${icon("offline")}
            <p>${text(connection, words, now, isOnline)}</p>
            ${
              connection.state === "connecting"
                ? nothing
                : html`<button class="text-button" type="button" @click=${onRetry}>${words.t("connection.now")}</button>`
            }
          </div>`
    }
  </div>`;
}

function text(connection: Connection, words: Localizer, now: number, isOnline: boolean): unknown {
  if (connection.state === "connecting") return words.t("connection.reconnecting");
  if (!isOnline) return words.t("connection.offline");
  if (connection.state !== "waiting") return words.t("error.title");
  const when = words.inSeconds((connection.retryAt.getTime() - now) / 1000);
  return html`<span class="visually-hidden">${words.t("connection.lost")}</span
    ><span aria-hidden="true">${words.t("connection.waiting", { when })}</span>`;
}
