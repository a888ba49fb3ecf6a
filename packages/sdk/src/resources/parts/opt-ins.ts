import type {
  ExportOptIns,
  ImportOptIns,
  LookUpOptIns,
  OptIn,
  OptInImport,
  OptInLookUp,
  PutOptIn,
} from "@trunkline/protocol";
import type { Http } from "../../http.ts";
import type { CallOptions, KeyedCallOptions } from "../call-options.ts";

/** What is fetched when an opt-in is first written or looked up. */
export interface OptInCalls {
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

export function optInCalls(http: Http): OptInCalls {
  const post = <Answer>(below: string, body: object, how: object, options: CallOptions | undefined) =>
    http.call<Answer>({ method: "POST", path: PATH + below, body, ...how }, options);
  return {
    set: (body, options) => http.call({ method: "PUT", path: PATH, body, isRepeatable: true }, options),
    lookup: async (body, options) => (await post<OptInLookUp>("/lookup", body, { isRepeatable: true }, options)).data,
    import: (body, options) => post("/import", body, { isKeyed: true }, options),
    export: (query, options) => http.call({ method: "GET", path: `${PATH}/export`, query, isStreamed: true }, options),
  };
}
