import type { Me, Unread } from "@trunkline/protocol";
import type { LiveItem } from "../store/live.ts";
import type { CallOptions } from "./call-options.ts";

export interface MeResource {
  /** Who the token is and what it may do. */
  get(options?: CallOptions): Promise<Me>;
}

/** What the user has not read, over all conversations; observable, and only with a session. */
export interface UnreadResource extends LiveItem<Unread> {
  get(options?: CallOptions): Promise<Unread>;
}
