import type { Connection } from "@trunkline/sdk";
import { html, nothing, type TemplateResult } from "lit";
import { sayConnection } from "../../locales/connection.ts";
import type { Localizer } from "../../locales/localizer.ts";
import { icon } from "../../shared/icons.ts";

export interface ConnectionBarOptions {
  readonly connection: Connection | null;
  /** There has been a connection: it was lost, else it was never made. */
  readonly wasThere: boolean;
  /** Something stands below; where nothing does, that place says what is the matter. */
  readonly isAnythingShown: boolean;
  readonly words: Localizer;
  /** By the platform's clock, which the client waits by. */
  readonly now: number;
  readonly isOnline: boolean;
  readonly onRetry: () => void;
}

/** Tells whether the connection is away, after it was there or while it cannot be made. */
function isAway(connection: Connection): boolean {
  const { state } = connection;
  return state === "waiting" || state === "stopped" || (state === "connecting" && connection.attempt > 1);
}

/** A bar over everything while the connection is away. In a live region it is read out once, its seconds are not. */
export function connectionBar(options: ConnectionBarOptions): TemplateResult | typeof nothing {
  const { connection, isAnythingShown, isOnline, words, onRetry } = options;
  if (connection === null || !isAnythingShown || (isOnline && !isAway(connection))) return nothing;
  return html`<div class="bar" part="connection">
    ${icon("offline")}
    <p>${text(connection, options)}</p>
    ${
      !isOnline || connection.state === "connecting"
        ? nothing
        : html`<button class="text-button" type="button" @click=${onRetry}>${sayConnection(words, "connection.now")}</button>`
    }
  </div>`;
}

function text(connection: Connection, { words, now, isOnline, wasThere }: ConnectionBarOptions): unknown {
  if (!isOnline) return sayConnection(words, "connection.offline");
  if (connection.state === "connecting")
    return sayConnection(words, wasThere ? "connection.reconnecting" : "connection.connecting");
  if (connection.state !== "waiting") return words.t("error.title");
  // In the language of the phrases, whatever times are written in.
  const seconds = Math.max(1, Math.ceil((connection.retryAt.getTime() - now) / 1000));
  const when = new Intl.RelativeTimeFormat("en").format(seconds, "second");
  return html`<span class="visually-hidden">${sayConnection(words, wasThere ? "connection.lost" : "connection.none")}</span
    ><span aria-hidden="true">${sayConnection(words, wasThere ? "connection.waiting" : "connection.none-waiting", { when })}</span>`;
}
