import { HEADERS, MAX_IDEMPOTENCY_KEY } from "@trunkline/protocol";
import type { Operation, RouteDefinition } from "@trunkline/protocol/routes";
import { sha256 } from "../bytes.ts";
import type { Operator, Principal } from "../rights/principal.ts";
import type { Sealer } from "../seal/seal.ts";
import type { Keyed } from "./idempotency.ts";
import { parseJson } from "./read-body.ts";
import { notFound, Refusal } from "./refusal.ts";
import { readQuery, refuseSwallowed, refuseUnstorable, validate } from "./validate.ts";

/** Reads the parameters of a route's path. Something that is no id cannot be there, so it is missing like any other. */
export function readParams({ params }: RouteDefinition, given: Record<string, string>): unknown {
  if (!params) return {};
  const result = params.safeParse(given);
  if (!result.success || Object.values(given).some((value) => value.includes("\0") || !value.isWellFormed())) {
    throw notFound();
  }
  return result.data;
}

/** @throws Refusal unknown_field, invalid_input */
export function readRouteQuery({ query }: RouteDefinition, { search, searchParams }: URL): unknown {
  if (search === "" && !query) return {};
  const given = readQuery(searchParams);
  refuseUnstorable(given);
  if (query) return validate(query, given);
  const names = Object.keys(given);
  if (names.length === 0) return {};
  throw new Refusal("unknown_field", {
    issues: names.map((name) => ({ path: [name], message: "is not a parameter of this route" })),
  });
}

/**
 * Whether a call says enough without a body: a POST all of whose fields may be missing, such as a retry. A PATCH without
 * one would change nothing, which nobody means.
 */
export const mayLackBody = ({ method, body }: RouteDefinition): boolean =>
  method === "POST" && body?.safeParse({}).success === true;

/** @throws Refusal unsupported_media_type, invalid_json, unknown_field, too_long, invalid_input */
export function readJson(
  route: RouteDefinition,
  schema: NonNullable<RouteDefinition["body"]>,
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string | null,
): unknown {
  if (bytes.length === 0 && contentType === null && mayLackBody(route)) return validate(schema, {});
  const { value, text } = parseJson(bytes, contentType);
  const body = validate(schema, value);
  const hasEscape = text.includes("\\u");
  if (hasEscape) refuseUnstorable(body); // only an escape can bring NUL or half a pair
  if (hasEscape || text.includes("__proto__")) refuseSwallowed(value, body);
  return body;
}

export interface KeyedRequest {
  name: Operation;
  route: RouteDefinition;
  principal: Operator | Principal;
  request: Request;
  url: URL;
  body: Uint8Array<ArrayBuffer>;
  now: number;
  sealer: Sealer;
}

/** Reads the Idempotency-Key; null when there is none, or the route takes none. */
export async function readKey(asked: KeyedRequest): Promise<Keyed | null> {
  const { name, route, principal, request, url, body, now, sealer } = asked;
  const key = request.headers.get(HEADERS.idempotencyKey);
  if (key === null || route.idempotent !== true) return null;
  if (key === "" || key.length > MAX_IDEMPOTENCY_KEY) {
    const message = `must have 1 to ${MAX_IDEMPOTENCY_KEY} characters`;
    throw new Refusal("invalid_input", { issues: [{ path: [HEADERS.idempotencyKey], message }] });
  }
  const isOfTenant = "tenantId" in principal;
  // An answer is given again to those alone who see as much as the first who got it; to others the key is a used one.
  const narrowing = isOfTenant ? (principal.narrowing ?? "") : "";
  const head = new TextEncoder().encode(`${request.method}\n${url.pathname}\n${narrowing}\n`);
  const whole = new Uint8Array(head.length + body.length);
  whole.set(head);
  whole.set(body, head.length);
  return {
    tenantId: isOfTenant ? principal.tenantId : null,
    principal: isOfTenant ? (principal.user?.id ?? principal.id) : principal.id,
    route: name,
    key,
    requestHash: await sha256(whole),
    now,
    sealer,
  };
}
