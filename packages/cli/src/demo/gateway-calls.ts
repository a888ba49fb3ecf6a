import { HEADERS, isErrorCode } from "@trunkline/protocol";
import {
  type AnswerOf,
  type BodyOf,
  type Operation,
  type ParamsOf,
  type QueryOf,
  ROUTES,
} from "@trunkline/protocol/routes";

/** What a call sends; a route that needs none of them is called with nothing. */
export interface CallInput<Name extends Operation> {
  readonly params?: ParamsOf<Name>;
  readonly query?: Partial<QueryOf<Name>>;
  readonly body?: BodyOf<Name>;
}

/** Calls one route of a gateway with one token. */
export type GatewayCall = <Name extends Operation>(name: Name, input?: CallInput<Name>) => Promise<AnswerOf<Name>>;

/** A gateway's refusal. */
export class GatewayRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(name: Operation, status: number, code: string) {
    super(`The gateway answered ${status} ${code} to ${name}.`);
    this.name = "GatewayRefusal";
    this.status = status;
    this.code = code;
  }
}

/** Calls a gateway by the names of its routes, as the demo's server does with its tenant key. */
export function gatewayCalls({
  gatewayUrl,
  token,
  fetch,
}: {
  gatewayUrl: string;
  token: string;
  fetch: typeof globalThis.fetch;
}): GatewayCall {
  return async (name, { params, query, body } = {}) => {
    const { method, path, answer } = ROUTES[name];
    const values = new Map<string, unknown>(Object.entries(params ?? {}));
    const filled = path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(String(values.get(key))));
    const url = new URL(filled, gatewayUrl);
    for (const [key, value] of Object.entries(query ?? {})) url.searchParams.set(key, String(value));
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        [HEADERS.client]: "demo",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new GatewayRefusal(name, response.status, codeIn(text));
    // The schema belongs to `name`, but the checker cannot follow that through the table's union.
    return (answer.body?.parse(JSON.parse(text)) ?? undefined) as AnswerOf<typeof name>;
  };
}

function codeIn(text: string): string {
  try {
    const { code } = JSON.parse(text);
    return isErrorCode(code) ? code : "internal_error";
  } catch {
    return "internal_error"; // not a gateway's answer: a proxy's page, or nothing at all
  }
}
