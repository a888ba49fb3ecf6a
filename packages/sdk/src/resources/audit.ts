import type { AuditEntry, ListAudit } from "@trunkline/protocol";
import type { Http } from "../http.ts";
import type { CallOptions } from "./call-options.ts";
import { listOf } from "./collection.ts";
import type { FetchedCall } from "./fetched-calls.ts";
import type { Listing } from "./listing.ts";
import type { AdministrationCalls } from "./parts/administration.ts";

/** Of which changes; `limit` is a page's size. */
export type AuditFilter = Partial<Pick<ListAudit, "limit" | "actorId" | "action" | "objectId" | "from" | "to">>;

/** Who changed what. */
export interface AuditResource {
  /** Newest first. */
  list(filter?: AuditFilter, options?: CallOptions): Listing<AuditEntry>;
  /** The log as a file, as its bytes come. The export stands in the log itself. */
  export: AdministrationCalls["exportAudit"];
}

export function auditResource(http: Http, call: FetchedCall): AuditResource {
  return { list: (filter, options) => listOf(http, "v1/audit", filter, options), export: call("exportAudit") };
}
