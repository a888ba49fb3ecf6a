import type { LineId, Unread, UnreadResource } from "@trunkline/sdk";
import { type CSSResultGroup, css, html, nothing, type PropertyValues } from "lit";
import { property } from "lit/decorators.js";
import { LiveController } from "../../controllers/live.ts";
import { TrunklineElement } from "../../shared/element.ts";

const MOST = 99;

/**
 * @customElement trunkline-unread
 * @summary How many conversations have something unread: a badge for the host's navigation. Nothing is shown for none.
 * @fires {CustomEvent<Unread>} trunkline-unread - The numbers are known, or have changed.
 * @fires {CustomEvent<{ error: unknown }>} trunkline-sign-in-needed - Nobody is signed in.
 * @fires {CustomEvent<{ error: unknown }>} trunkline-error - Something failed that nobody was waiting for.
 * @csspart badge - The badge.
 */
export class TrunklineUnread extends TrunklineElement {
  /** @internal Looks change through parts and custom properties. */
  static override styles: CSSResultGroup = [
    TrunklineElement.styles,
    css`
      :host {
        display: inline-block;
        vertical-align: middle;
      }

      .badge {
        display: inline-block;
        min-inline-size: 20px;
        padding: 0 6px;
        border-radius: 10px;
        background: var(--_accent);
        color: var(--_on-accent);
        font-size: 12px;
        font-weight: 600;
        line-height: 20px;
        text-align: center;
      }

      @media (forced-colors: active) {
        .badge {
          forced-color-adjust: none;
        }
      }
    `,
  ];
  static override readonly suffix: string = "unread";

  /** Counts one line only (`line_…`). */
  @property({ attribute: "line-id" }) lineId?: LineId | undefined;

  #told: Unread | null = null;
  readonly #unread = new LiveController<UnreadResource>(
    this,
    () => [this.environment.client],
    () => this.environment.client?.unread ?? null,
  );

  /** Unread conversations, as the badge shows them. */
  get count(): number {
    const unread = this.#unread.snapshot?.data;
    return (this.lineId ? unread?.byLine[this.lineId]?.conversations : unread?.conversations) ?? 0;
  }

  protected override render() {
    const { words } = this.environment;
    const { count } = this;
    if (count === 0) return nothing;
    return html`<span class="badge" part="badge"
      ><span aria-hidden="true">${count > MOST ? words.t("unread.over", { count: MOST }) : count}</span
      ><span class="visually-hidden">${words.t("unread.badge", { count })}</span></span
    >`;
  }

  protected override updated(_changed: PropertyValues<this>): void {
    const unread = this.#unread.snapshot?.data ?? null;
    if (unread === null || unread === this.#told) return;
    this.#told = unread;
    this.fire("trunkline-unread", unread);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "trunkline-unread": TrunklineUnread;
  }
}
