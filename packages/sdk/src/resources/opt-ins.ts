import type {
  ExportOptIns,
  ImportOptIns,
  LineId,
  LookUpOptIns,
  OptIn,
  OptInImport,
  OptInLookUp,
  OptInState,
  PutOptIn,
} from "@trunkline/protocol";
import type { Http } from "../http.ts";
import type { CallOptions, KeyedCallOptions } from "./call-options.ts";
import { listOf } from "./collection.ts";
import type { Listing, ListOptions } from "./listing.ts";

export interface OptInFilter extends ListOptions {
  state?: OptInState | undefined;
  lineId?: LineId | undefined;
  /** Those whose owner's words should be read by a person. */
  needsReview?: boolean | undefined;
  /** Changed after this time, ISO 8601. */
  updatedAfter?: string | undefined;
}

/** Who may be texted: where numbers stand, how that came about, and what shows it. */
export interface OptInsResource {
  /** The latest change first. */
  list(filter?: OptInFilter, options?: CallOptions): Listing<OptIn>;
  /**
   * Records that a number's owner agreed (`opted_in`, with evidence of it), withdrew, or is to be asked (`pending`); or
   * takes back what was recorded wrongly (`unknown`). Rejects with `conflict` while a STOP stands that this does not lift.
   */
  set(input: PutOptIn, options?: CallOptions): Promise<OptIn>;
  /** Where up to 100 numbers stand, with their history. */
  lookup(input: LookUpOptIns, options?: CallOptions): Promise<OptInLookUp["data"]>;
  /** Records up to 10,000 entries, as `entries` or as `csv`, and tells what became of each. */
  import(input: ImportOptIns, options?: KeyedCallOptions): Promise<OptInImport>;
  /**
   * The ledger as a file, as its bytes come: any number of rows in little memory. `timeoutMs` is for its beginning.
   *
   * @example
   * const file = await trunkline.optIns.export({ format: "csv" });
   * const text = await new Response(file).text();
   */
  export(input?: ExportOptIns, options?: CallOptions): Promise<ReadableStream<Uint8Array>>;
}

const PATH = "v1/opt-ins";

export function optInsResource(http: Http): OptInsResource {
  const post = <Answer>(path: string, body: object, how: object, options: CallOptions | undefined) =>
    http.call<Answer>({ method: "POST", path: PATH + path, body, ...how }, options);
  return {
    list: (filter, options) => listOf(http, PATH, filter, options),
    set: (body, options) => http.call({ method: "PUT", path: PATH, body, isRepeatable: true }, options),
    lookup: async (body, options) => (await post<OptInLookUp>("/lookup", body, { isRepeatable: true }, options)).data,
    import: (body, options) => post("/import", body, { isKeyed: true }, options),
    export: (query, options) => http.call({ method: "GET", path: `${PATH}/export`, query, isStreamed: true }, options),
  };
}
