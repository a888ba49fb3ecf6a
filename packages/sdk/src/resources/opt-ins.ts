import type { LineId, OptIn, OptInState } from "@trunkline/protocol";
import type { Http } from "../http.ts";
import type { CallOptions } from "./call-options.ts";
import { listOf } from "./collection.ts";
import type { FetchedCall } from "./fetched-calls.ts";
import type { Listing, ListOptions } from "./listing.ts";
import type { OptInCalls } from "./parts/opt-ins.ts";

export interface OptInFilter extends ListOptions {
  state?: OptInState | undefined;
  lineId?: LineId | undefined;
  /** Those whose owner's words should be read by a person. */
  needsReview?: boolean | undefined;
  /** Changed after this time, ISO 8601. */
  updatedAfter?: string | undefined;
}

/** Whether the owners of phone numbers agreed to be texted. */
export interface OptInsResource extends OptInCalls {
  /** The latest change first. */
  list(filter?: OptInFilter, options?: CallOptions): Listing<OptIn>;
}

export function optInsResource(http: Http, call: FetchedCall): OptInsResource {
  return {
    list: (filter, options) => listOf(http, "v1/opt-ins", filter, options),
    set: call("set"),
    lookup: call("lookup"),
    import: call("import"),
    export: call("export"),
  };
}
