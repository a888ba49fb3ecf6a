import { HEADERS } from "@trunkline/protocol";
import { type AnswerOf, type BodyOf, type Operation, ROUTES, type RouteDefinition } from "@trunkline/protocol/routes";

/** An answer of a gateway that was not the one hoped for. */
export class GatewayRefused extends Error {
  override name = "GatewayRefused";
  readonly status: number;

  constructor(operation: string, status: number, body: string) {
    super(`the gateway answered ${status} to ${operation}: ${body.slice(0, 500)}`);
    this.status = status;
  }
}

/** What a call takes beside its body. */
export interface CallOptions<Name extends Operation> {
  body?: BodyOf<Name>;
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
}

/** Calls a gateway's public API, as anybody could who holds the key. */
export interface GatewayApi {
  call<Name extends Operation>(name: Name, options?: CallOptions<Name>): Promise<AnswerOf<Name>>;
  /** The same, with null where the gateway answers 404. */
  find<Name extends Operation>(name: Name, options?: CallOptions<Name>): Promise<AnswerOf<Name> | null>;
}

export interface GatewayApiOptions {
  address: string;
  key: string;
  /** With an operator key: the tenant to act for. */
  tenant?: string;
  fetch: (request: Request) => Promise<Response>;
}

/** Makes a caller out of the table of routes. */
export function gatewayApi({ address, key, tenant, fetch }: GatewayApiOptions): GatewayApi {
  const call = async <Name extends Operation>(name: Name, { body, params = {}, query }: CallOptions<Name> = {}) => {
    const { method, path }: RouteDefinition = ROUTES[name];
    const url = new URL(
      address + path.replace(/\{(\w+)\}/g, (_, field: string) => encodeURIComponent(params[field] ?? "")),
    );
    for (const [field, value] of Object.entries(query ?? {})) url.searchParams.set(field, value);
    const response = await fetch(
      new Request(url, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(tenant === undefined ? {} : { [HEADERS.tenant]: tenant }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    if (!response.ok) throw new GatewayRefused(name, response.status, text);
    return (text === "" ? undefined : JSON.parse(text)) as AnswerOf<Name>; // the gateway's word: it is tested against the schema
  };
  return {
    call,
    find: async (name, options) => {
      try {
        return await call(name, options);
      } catch (error) {
        if (error instanceof GatewayRefused && error.status === 404) return null;
        throw error;
      }
    },
  };
}
