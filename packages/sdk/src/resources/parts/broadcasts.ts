import type { Broadcast, BroadcastId } from "@trunkline/protocol";
import type { Http } from "../../http.ts";
import type { CallOptions } from "../call-options.ts";
import { pathOf } from "../collection.ts";

/** What is fetched when a broadcast is first stopped or gone on with. */
export interface BroadcastCalls {
  pauseBroadcast(id: BroadcastId, options?: CallOptions): Promise<Broadcast>;
  resumeBroadcast(id: BroadcastId, options?: CallOptions): Promise<Broadcast>;
  cancelBroadcast(id: BroadcastId, options?: CallOptions): Promise<Broadcast>;
}

export function broadcastCalls(http: Http): BroadcastCalls {
  const verb = (name: string) => (id: BroadcastId, options?: CallOptions) =>
    http.call<Broadcast>({ method: "POST", path: pathOf("v1/broadcasts", id, name), isRepeatable: true }, options);
  return { pauseBroadcast: verb("/pause"), resumeBroadcast: verb("/resume"), cancelBroadcast: verb("/cancel") };
}
