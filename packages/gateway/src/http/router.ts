import { HEADERS, type TenantId } from "@trunkline/protocol";
import { type Operation, ROUTES, type RouteDefinition } from "@trunkline/protocol/routes";
import { type Context, Hono } from "hono";
import type { Clock } from "../clock.ts";
import type { RateLimiter } from "../limits/rate-limiter.ts";
import type { Logger } from "../logger.ts";
import type { RequestRecord } from "../options.ts";
import type { RandomBytes } from "../random.ts";
import type { Sealer } from "../seal/seal.ts";
import type { auditor } from "./audit.ts";
import type { Access } from "./auth.ts";
import type { Cors } from "./cors.ts";
import { SECURITY_HEADERS } from "./headers.ts";
import { type Host, type Outlet, webOutlet } from "./outlet.ts";
import { toProblem } from "./problem.ts";
import { MAX_JSON_BYTES, readBody } from "./read-body.ts";
import { readJson, readKey, readParams, readRouteQuery } from "./read-request.ts";
import { notFound, Refusal } from "./refusal.ts";
import { Reply } from "./reply.ts";
import { givenRequestId, requestIds } from "./request-id.ts";
import type { Handlers, OutsideRoute } from "./route.ts";

export interface RouterParts {
  handlers: Handlers;
  outside: readonly OutsideRoute[];
  access: Access;
  cors: Cors;
  audit: ReturnType<typeof auditor>;
  rates: RateLimiter;
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
  /** Whose answer it is, as soon as that is known; it decides which origins may read it. */
  tenantId: TenantId | null;
  route: string | null;
  /** What the caller may still ask, as soon as it is known who calls. */
  rateHeaders: Readonly<PlainHeaders>;
  /** Whether the answer has all its headers; a stream's are on the wire by then. */
  isComplete: boolean;
}

type Env = { Bindings: { exchange: Exchange } };
type PlainHeaders = Record<string, string>;

/** Any handler, as the router calls it: what the schemas have let through is what the types promise. */
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
  const paths = [...methods].map(([path, allowed]) => ({ path, allowed, form: toRegExp(path) }));
  app.notFound(({ env: { exchange } }) => {
    const other = paths.find(({ form }) => form.test(exchange.url.pathname));
    if (!other) throw notFound();
    exchange.route = other.path;
    throw wrongMethod(exchange.request.method, other.allowed);
  });
  app.onError((error) => {
    throw error; // turned into a problem by `settle`, where the headers of every answer are
  });

  const newRequestId = requestIds(parts.random);
  return async (request, host = {}) => {
    const startedAt = parts.clock.now();
    const requestId = givenRequestId(request.headers) ?? newRequestId();
    const url = new URL(request.url);
    const exchange: Exchange = {
      request,
      url,
      requestId,
      host,
      tenantId: null,
      route: null,
      rateHeaders: {},
      isComplete: false,
    };
    const response = await settle(app, parts, exchange);
    const { method } = request;
    const durationMs = parts.clock.now() - startedAt;
    parts.onRequest({ method, route: exchange.route, status: response.status, durationMs, requestId });
    return response;
  };
}

/** Never rejects: whatever happens has an answer, and every answer the headers that all have. */
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
  if (exchange.isComplete) return response;
  // Even when origins cannot be looked up, as when the store is away, there is an answer.
  const headers = await everyHeader(parts, exchange).catch(() => ownHeaders(exchange));
  for (const [name, value] of Object.entries(headers)) {
    if (!response.headers.has(name)) response.headers.set(name, value);
  }
  return response;
}

async function everyHeader({ cors }: RouterParts, exchange: Exchange): Promise<PlainHeaders> {
  const { request, tenantId } = exchange;
  return { ...ownHeaders(exchange), ...(await cors.answer(request.headers.get("origin"), tenantId)) };
}

const ownHeaders = ({ requestId, rateHeaders }: Exchange): PlainHeaders => ({
  ...SECURITY_HEADERS,
  ...rateHeaders,
  [HEADERS.requestId]: requestId,
});

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
  const { access, clock, sealer } = parts;
  await parts.ready();
  const principal = await access.authorize(request.headers, route.access);
  if ("tenantId" in principal) exchange.tenantId = principal.tenantId;
  const charge = parts.rates.charge(principal);
  exchange.rateHeaders = charge.headers;
  if (charge.refusal) throw charge.refusal;
  const body = route.body ? await readBody(request, route.maxBytes ?? MAX_JSON_BYTES) : new Uint8Array();
  const result = await handler({
    principal,
    params: readParams(route, req.param()),
    query: readRouteQuery(route, url),
    body: route.body ? readJson(route, route.body, body, request.headers.get("content-type")) : undefined,
    keyed: await readKey({ name, route, principal, request, url, body, now: clock.now(), sealer }),
    requestId,
    audit: parts.audit({ principal, action: name, requestId }),
    request,
    stream: async (own: Readonly<PlainHeaders>, run: (outlet: Outlet) => void) => {
      const headers = new Headers({ ...(await everyHeader(parts, exchange)), ...own });
      exchange.isComplete = true;
      return openStream(exchange.host, headers, run);
    },
  });
  if (isResponse(result)) return result;
  const headers = await everyHeader(parts, exchange);
  exchange.isComplete = true;
  return toResponse(route, result, headers);
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

function wrongMethod(method: string, allowed: ReadonlySet<string>): Refusal {
  const methods = [...allowed].join(", ");
  return new Refusal("method_not_allowed", {
    detail: `${method} is not answered here, only ${methods}.`,
    headers: { allow: methods },
  });
}

// The headers are a plain object, which Node's server writes as it is.
function toResponse({ answer: { status, body } }: RouteDefinition, result: unknown, headers: PlainHeaders): Response {
  if (body === null) return new Response(null, { status, headers });
  const reply = result instanceof Reply ? result : new Reply<unknown>(JSON.stringify(result));
  return new Response(reply.json, {
    status: reply.status ?? status,
    headers: { ...headers, "content-type": "application/json", ...reply.headers },
  });
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

const toRegExp = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll(/[.]/g, "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`);
