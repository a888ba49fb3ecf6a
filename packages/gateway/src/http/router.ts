import { HEADERS, MAX_IDEMPOTENCY_KEY, type TenantId } from "@trunkline/protocol";
import { type Operation, ROUTES, type RouteDefinition } from "@trunkline/protocol/routes";
import { type Context, Hono } from "hono";
import { sha256 } from "../bytes.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { RequestRecord } from "../options.ts";
import type { RandomBytes } from "../random.ts";
import type { Operator, Principal } from "../rights/principal.ts";
import type { Sealer } from "../seal/seal.ts";
import type { Access } from "./auth.ts";
import type { Cors } from "./cors.ts";
import { SECURITY_HEADERS } from "./headers.ts";
import type { Keyed } from "./idempotency.ts";
import { type Host, type Outlet, webOutlet } from "./outlet.ts";
import { toProblem } from "./problem.ts";
import { MAX_JSON_BYTES, parseJson, readBody } from "./read-body.ts";
import { notFound, Refusal } from "./refusal.ts";
import { Reply } from "./reply.ts";
import { requestIdOf } from "./request-id.ts";
import type { Handlers, OutsideRoute } from "./route.ts";
import { readQuery, refuseUnstorable, validate } from "./validate.ts";

export interface RouterParts {
  handlers: Handlers;
  outside: readonly OutsideRoute[];
  access: Access;
  cors: Cors;
  sealer: Sealer;
  clock: Clock;
  random: RandomBytes;
  logger: Logger;
  onRequest: (record: RequestRecord) => void;
  /** Throws while the store is not ready. */
  ready: () => Promise<void>;
}

/** What belongs to one request from its arrival to its answer. */
interface Exchange {
  readonly request: Request;
  readonly url: URL;
  readonly requestId: string;
  readonly host: Host;
  /** Whether the answer has begun on the wire, with all its headers. */
  isBegun: boolean;
  /** Whose answer it is, as soon as that is known; it decides which origins may read it. */
  tenantId: TenantId | null;
  route: string | null;
}

type Env = { Bindings: { exchange: Exchange } };

/** Any handler, as the router calls it: `validate` has made what the types promise. */
type AnyHandler = (call: object) => Promise<unknown>;

/**
 * Binds every route of the protocol to its handler, and the outside routes beside them.
 *
 * @throws TypeError when a route has no handler or a handler no route: what is served is what is described
 */
export function createRouter(parts: RouterParts): (request: Request, host?: Host) => Promise<Response> {
  const app = new Hono<Env>();
  const operations = Object.entries(ROUTES) as [Operation, RouteDefinition][];
  const unknown = Object.keys(parts.handlers).filter((name) => !Object.hasOwn(ROUTES, name));
  if (unknown.length > 0) throw new TypeError(`handlers without a route: ${unknown.join(", ")}`);

  const methods = new Map<string, Set<string>>();
  const serve = (method: string, path: string, answer: (context: Context<Env>) => Promise<Response>) => {
    methods.set(path, (methods.get(path) ?? new Set()).add(method));
    app.on(method, toPattern(path), (context) => {
      context.env.exchange.route = path;
      return answer(context);
    });
  };
  for (const [name, route] of operations) {
    const handler = parts.handlers[name] as unknown as AnyHandler | undefined;
    if (typeof handler !== "function") throw new TypeError(`the route ${name} has no handler`);
    serve(route.method, route.path, (context) => answerRoute(parts, name, route, handler, context));
  }
  for (const route of parts.outside) {
    serve(route.method, route.path, (context) => answerOutside(parts, route, context));
  }
  for (const [path, allowed] of methods) {
    app.all(toPattern(path), (context) => {
      context.env.exchange.route = path;
      return refuseMethod(context, allowed);
    });
  }
  app.notFound(() => {
    throw notFound();
  });
  app.onError((error) => {
    throw error; // turned into a problem below, where the headers of every answer are
  });

  return async (request, host = {}) => {
    const startedAt = parts.clock.now();
    const requestId = requestIdOf(request.headers, parts.random);
    const url = new URL(request.url);
    const exchange: Exchange = { request, url, requestId, host, isBegun: false, tenantId: null, route: null };
    const response = await settle(app, parts, exchange);
    const { method } = request;
    const durationMs = parts.clock.now() - startedAt;
    parts.onRequest({ method, route: exchange.route, status: response.status, durationMs, requestId });
    return response;
  };
}

/** Never rejects: whatever happens has an answer. */
async function settle(app: Hono<Env>, parts: RouterParts, exchange: Exchange): Promise<Response> {
  const { request, requestId } = exchange;
  let response: Response;
  try {
    response = isPreflight(request)
      ? new Response(null, { status: 204, headers: await parts.cors.preflight(request) })
      : await app.fetch(request, { exchange });
  } catch (error) {
    response = toProblem(error, requestId, parts.logger);
  }
  if (exchange.isBegun) return response;
  const headers = await everyHeader(parts, exchange).catch(() => ownHeaders(requestId));
  for (const [name, value] of headers) if (!response.headers.has(name)) response.headers.set(name, value);
  return response;
}

async function everyHeader({ cors }: RouterParts, { request, requestId, tenantId }: Exchange): Promise<Headers> {
  const headers = ownHeaders(requestId);
  for (const [name, value] of Object.entries(await cors.answer(request.headers.get("origin"), tenantId))) {
    headers.set(name, value);
  }
  return headers;
}

function ownHeaders(requestId: string): Headers {
  const headers = new Headers(SECURITY_HEADERS);
  headers.set(HEADERS.requestId, requestId);
  return headers;
}

const isPreflight = ({ method, headers }: Request): boolean =>
  method === "OPTIONS" && headers.has("origin") && headers.has("access-control-request-method");

async function answerRoute(
  parts: RouterParts,
  name: Operation,
  route: RouteDefinition,
  handler: AnyHandler,
  { env: { exchange }, req }: Context<Env>,
): Promise<Response> {
  const { request, url, requestId } = exchange;
  await parts.ready();
  const principal = await parts.access.authorize(request.headers, route.access);
  if ("tenantId" in principal) exchange.tenantId = principal.tenantId;
  const bytes = route.body ? await readBody(request, MAX_JSON_BYTES) : new Uint8Array();
  const keyed = await readKey(parts, name, route, principal, exchange, bytes);
  const result = await handler({
    principal,
    params: readParams(route, req.param()),
    query: readRouteQuery(route, url),
    body: route.body ? readJson(route.body, bytes, request) : undefined,
    keyed,
    requestId,
    request,
    stream: async (own: Readonly<Record<string, string>>, run: (outlet: Outlet) => void) => {
      const headers = await everyHeader(parts, exchange);
      for (const [header, value] of Object.entries(own)) headers.set(header, value);
      exchange.isBegun = true;
      return openStream(exchange.host, headers, run);
    },
  });
  return isResponse(result) ? result : toResponse(route, result);
}

async function answerOutside(
  parts: RouterParts,
  route: OutsideRoute,
  { env: { exchange }, req }: Context<Env>,
): Promise<Response> {
  const { request, requestId } = exchange;
  if (!route.storeless) await parts.ready();
  const body = route.method === "GET" ? new Uint8Array() : await readBody(request, route.maxBytes);
  return route.handle({ params: req.param(), request, body, requestId });
}

function refuseMethod({ env: { exchange } }: Context<Env>, allowed: ReadonlySet<string>): never {
  const methods = [...allowed].join(", ");
  throw new Refusal("method_not_allowed", {
    detail: `${exchange.request.method} is not answered here, only ${methods}.`,
    headers: { allow: methods },
  });
}

function readParams({ params }: RouteDefinition, given: Record<string, string>): unknown {
  if (!params) return {};
  const result = params.safeParse(given);
  // Something that is no id cannot be there, so it is missing like any other.
  if (!result.success || Object.values(given).some((value) => /\0/.test(value) || !value.isWellFormed())) {
    throw notFound();
  }
  return result.data;
}

function readRouteQuery({ query }: RouteDefinition, { searchParams }: URL): unknown {
  const given = readQuery(searchParams);
  refuseUnstorable(given);
  if (query) return validate(query, given);
  const names = Object.keys(given);
  if (names.length === 0) return {};
  throw new Refusal("unknown_field", {
    issues: names.map((name) => ({ path: [name], message: "is not a parameter of this route" })),
  });
}

function readJson(
  schema: NonNullable<RouteDefinition["body"]>,
  bytes: Uint8Array<ArrayBuffer>,
  request: Request,
): unknown {
  const { value, text } = parseJson(bytes, request.headers.get("content-type"));
  const body = validate(schema, value);
  if (text.includes("\\u")) refuseUnstorable(body); // only an escape can bring NUL or half a pair
  return body;
}

async function readKey(
  { clock, sealer }: RouterParts,
  name: Operation,
  route: RouteDefinition,
  principal: Operator | Principal,
  { request, url }: Exchange,
  body: Uint8Array<ArrayBuffer>,
): Promise<Keyed | null> {
  const key = request.headers.get(HEADERS.idempotencyKey);
  if (key === null || route.idempotent !== true) return null;
  if (key === "" || key.length > MAX_IDEMPOTENCY_KEY) {
    const message = `must have 1 to ${MAX_IDEMPOTENCY_KEY} characters`;
    throw new Refusal("invalid_input", { issues: [{ path: [HEADERS.idempotencyKey], message }] });
  }
  const head = new TextEncoder().encode(`${request.method}\n${url.pathname}\n`);
  const whole = new Uint8Array(head.length + body.length);
  whole.set(head);
  whole.set(body, head.length);
  const isTenants = "tenantId" in principal;
  return {
    tenantId: isTenants ? principal.tenantId : null,
    principal: isTenants ? (principal.user?.id ?? principal.id) : principal.id,
    route: name,
    key,
    requestHash: await sha256(whole),
    now: clock.now(),
    sealer,
  };
}

function toResponse({ answer: { status, body } }: RouteDefinition, result: unknown): Response {
  if (body === null) return new Response(null, { status });
  const reply = result instanceof Reply ? result : new Reply<unknown>(JSON.stringify(result));
  const headers = new Headers({ "content-type": "application/json", ...reply.headers });
  return new Response(reply.json, { status: reply.status ?? status, headers });
}

/** A host may bring a Response of its own, of which the platform's class knows nothing; both have this tag. */
const isResponse = (value: unknown): value is Response => Object.prototype.toString.call(value) === "[object Response]";

function openStream(host: Host, headers: Headers, run: (outlet: Outlet) => void): Response {
  const raw = host.open?.(200, headers);
  if (raw) {
    run(raw.outlet);
    return raw.answered;
  }
  const { outlet, body } = webOutlet();
  run(outlet);
  return new Response(body, { status: 200, headers });
}

/** `/v1/lines/{id}` as Hono writes it. */
const toPattern = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ":$1");
