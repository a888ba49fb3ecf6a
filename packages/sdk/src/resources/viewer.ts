import type { Me, Unread } from "@trunkline/protocol";
import type { IdentityWatch } from "../auth/identity.ts";
import type { Http } from "../http.ts";
import type { LiveItem } from "../store/live.ts";
import { RereadItem } from "../store/live-items.ts";
import type { Store } from "../store/store.ts";
import type { CallOptions } from "./call-options.ts";

export interface MeResource {
  /** Who the token is and what it may do. */
  get(options?: CallOptions): Promise<Me>;
}

/** What the user has not read, over all conversations; observable, and only with a session. */
export interface UnreadResource extends LiveItem<Unread> {
  get(options?: CallOptions): Promise<Unread>;
}

export function meResource(http: Http, identity: IdentityWatch): MeResource {
  return {
    async get(options) {
      const me = await http.call<Me>({ method: "GET", path: "v1/me" }, options);
      identity.learn(me);
      return me;
    },
  };
}

export function unreadResource(http: Http, store: Store): UnreadResource {
  const get = (options?: CallOptions) => http.call<Unread>({ method: "GET", path: "v1/unread" }, options);
  const count = new RereadItem({
    ...store.view,
    fetch: (signal) => get({ signal }),
    // Only the gateway can count conversations that are not held here.
    concerns: (event) =>
      event.type === "conversation.read" ||
      event.type === "conversation.removed" ||
      (event.type === "message.created" && event.data.direction === "inbound"),
  });
  return Object.assign(count, { get });
}
