import { html } from "lit";
import { TrunklineElement } from "../../shared/element.ts";

/**
 * @customElement trunkline-provider
 * @summary Gives one client, theme, language and contact resolver to all elements inside it.
 * @slot - Elements of ours, at any depth.
 * @fires {CustomEvent<{ error: unknown }>} trunkline-sign-in-needed - Nobody is signed in.
 * @fires {CustomEvent<{ error: unknown }>} trunkline-error - Something failed that nobody was waiting for.
 */
export class TrunklineProvider extends TrunklineElement {
  static override readonly suffix: string = "provider";

  protected override render() {
    return html`<slot></slot>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "trunkline-provider": TrunklineProvider;
  }
}
