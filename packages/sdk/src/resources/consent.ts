import type { Consent } from "@trunkline/protocol";
import type { LiveItem } from "../store/live.ts";
import { RereadItem } from "../store/live-items.ts";
import type { Store } from "../store/store.ts";
import type { FetchedCall } from "./fetched-calls.ts";
import type { ConnectOptions, ConsentCalls } from "./parts/consent.ts";

/** What a tenant and its people have granted in Microsoft 365, and how they grant it. */
export interface ConsentResource extends Omit<ConsentCalls, "connect"> {
  /**
   * Opens Microsoft's page, on which the person at the page connects their account and grants what is missing. Call it
   * straight from a click: a popup that nobody asked for is blocked.
   *
   * `popup` resolves with what holds once the account is connected. It rejects with `popup_blocked`, with `popup_closed`
   * when the person came back without having connected, and with `timeout`; what it waited for may still happen, and
   * {@link ConsentResource.live} tells. `redirect` leaves the page for good; the gateway leads back to `returnTo`.
   *
   * @example
   * button.onclick = () => trunkline.consent.connect({ mode: "popup" }).then(show, explain);
   */
  connect(options: ConnectOptions): Promise<Consent>;
  /** Where the caller stands, kept up to date while somebody grants, declines or revokes. */
  live(): LiveItem<Consent>;
}

export function consentResource(call: FetchedCall, store: Store): ConsentResource {
  const get = call("get");
  return {
    get,
    live: () =>
      new RereadItem({
        ...store.view,
        fetch: (signal) => get({ signal }),
        concerns: ({ type }) => type === "consent.changed",
      }),
    permissions: call("permissions"),
    link: call("link"),
    adminRequest: call("adminRequest"),
    disconnect: call("disconnect"),
    // The window opens within the click, before anything is waited for.
    connect: (options) =>
      call("connect")(options, options.mode === "popup" ? globalThis.open?.("", "", "popup") : null),
  };
}
