import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DescribedRequest, requestMisfits } from "./carrier-request.ts";
import { misfits, type Schema } from "./contract-schema.ts";

interface Described {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}
interface Operation extends DescribedRequest {
  readonly responses: Readonly<Record<string, Described>>;
}
interface Document {
  readonly servers?: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation | undefined>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const folder = process.env.TRUNKLINE_CONTRACTS ?? join(import.meta.dirname, "../../../shared/contracts");

/** A file of the vendors' contracts; null, with a line that says so, where they are not there. */
export function readContract<Content>(name: string): Content | null {
  const file = join(folder, name);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Content;
  process.stdout.write(`carriers: no ${file}, so nothing is compared with it\n`);
  return null;
}

/** Holds requests and answers to a vendor's OpenAPI file. */
export interface CarrierContract {
  /** Where a request does not fit what the file says; empty when it fits, or when there is no file. Leaves the request unread. */
  misfitsOfRequest(request: Request): Promise<string[]>;
  /** Where an answer does not fit what the file says about `GET /path`; empty when it fits, or when there is no file. */
  misfits(operation: string, status: number, answer: unknown): string[];
  /** The same for one of the file's schemas by its name. */
  misfitsOf(schema: string, value: unknown): string[];
}

export function carrierContract(name: string): CarrierContract {
  const contract = readContract<Document>(name);
  if (contract === null) return { misfitsOfRequest: async () => [], misfits: () => [], misfitsOf: () => [] };
  const resolve = <T>(ref: string): T => {
    const [, , kind = "", key = ""] = ref.split("/");
    const found = contract.components[kind]?.[key];
    if (found === undefined) throw new Error(`${ref} is not described`);
    return found as T;
  };
  const schemas = (ref: string): Schema => resolve<Schema>(ref);
  const base = contract.servers?.[0]?.url.replace(/^https?:\/\/[^/]+/, "") ?? "";
  return {
    misfitsOfRequest: (request) => requestMisfits(request, contract.paths, { base, resolve }),
    misfits(operation, status, answer) {
      const [method = "", path = ""] = operation.split(" ");
      const described = contract.paths[path]?.[method.toLowerCase()];
      if (!described) throw new Error(`${operation} is not described`);
      const given = described.responses[status] ?? described.responses[`${String(status)[0]}XX`];
      if (given === undefined) throw new Error(`${operation} has no ${status}`);
      const response = given.$ref === undefined ? given : resolve<Described>(given.$ref);
      const schema = response.content?.["application/json"]?.schema;
      return schema === undefined ? [] : misfits(answer, schema, schemas).map((fault) => `${operation} ${fault}`);
    },
    misfitsOf: (schema, value) => misfits(value, schemas(`#/components/schemas/${schema}`), schemas),
  };
}
