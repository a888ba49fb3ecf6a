import type { Clock, RandomBytes } from "@trunkline/gateway";
import type { Authorize, GraphCaller } from "../caller.ts";
import type { Directory } from "../directory.ts";
import { ConnectionBroken } from "../faults.ts";
import { newGuid } from "../guid.ts";
import { forgetfulKeeper, type Keeper } from "../kept.ts";
import { applicationOperations } from "./applications.ts";
import { runBatch } from "./batch.ts";
import { contactOperations, Mailboxes } from "./contacts.ts";
import { DeltaRounds } from "./delta.ts";
import { GraphFaults } from "./faults.ts";
import { grantOperations } from "./grants.ts";
import { badRequest, GraphError, methodNotAllowed, refused } from "./graph-error.ts";
import { licenceOperations } from "./licences.ts";
import { type GraphCall, type GraphReply, type Operation, OperationTable } from "./operation.ts";
import { OPERATION_PERMISSIONS } from "./operation-permissions.ts";
import { presenceOperations } from "./presence.ts";
import { PresenceBook } from "./presence-book.ts";
import { readOptions } from "./query.ts";
import { registeringOperations } from "./registering.ts";
import { userOperations } from "./users.ts";

const JSON_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

export interface GraphOptions {
  /** The tenant whose people Graph knows. */
  readonly directory: Directory;
  readonly authorize: Authorize;
  readonly clock: Pick<Clock, "now">;
  readonly random: RandomBytes;
  /** Keeps contacts, presence and faults. @default as long as the process lasts */
  readonly kept?: Keeper;
  /** Those of a Graph that serves another tenant of the world. @default its own */
  readonly faults?: GraphFaults;
}

/** A simulated Microsoft Graph, version 1.0, for one tenant. */
export interface SimulatedGraph {
  /** Answers a call to `/v1.0/…` on any host. Links in answers point to the host that was called. */
  fetch(request: Request): Promise<Response>;
  /** Outages, failures and throttling. */
  readonly faults: GraphFaults;
  /** Teams clients of the tenant's people, whose presence is not set by an app. */
  readonly presence: PresenceBook;
  /** Makes every delta token unknown: the next round with one answers 410. */
  forgetDeltas(): void;
  /** The operations that are served, such as `GET /users/{user-id}`. */
  readonly operations: readonly string[];
}

/**
 * Simulates Microsoft Graph over the web's own request and response. Calls are refused as Graph refuses them: without a
 * valid token, without a permission that the operation accepts, with an option that it does not take.
 */
export function createGraph(options: GraphOptions): SimulatedGraph {
  const { directory, authorize, clock, random, kept = forgetfulKeeper() } = options;
  const faults = options.faults ?? new GraphFaults(kept);
  const presence = new PresenceBook(kept);
  const rounds = new DeltaRounds(random);
  const table = new OperationTable([
    ...userOperations(directory, rounds),
    ...licenceOperations(directory),
    ...applicationOperations(directory),
    ...grantOperations(directory),
    ...registeringOperations(directory, random),
    ...contactOperations(directory, new Mailboxes(random, kept), rounds),
    ...presenceOperations(directory, presence),
  ]);

  async function perform(request: Request, isBatchItem: boolean): Promise<GraphReply> {
    const url = new URL(request.url);
    const [, version = "", ...rest] = url.pathname.split("/");
    if (version === "beta")
      throw new GraphError(404, "ResourceNotFound", "The simulator has no beta version of Graph.");
    if (version !== "v1.0") throw badRequest(`Invalid version: ${version}.`);
    const path = `/${rest.map(decode).join("/")}`;
    const caller = await identify(request);
    const now = clock.now();
    faults.check(path, caller.clientId, now);
    if (path === "/$batch" && !isBatchItem) return batch(request, url);
    const found = table.find(request.method, path);
    if (found === "unknown_path") throw badRequest(`Resource not found for the segment '${rest[0] ?? ""}'.`);
    if (found === "unknown_method") {
      throw methodNotAllowed();
    }
    const { operation, params } = found;
    if (path.split("/")[1] === "me" && caller.userId === null) {
      throw badRequest("/me request is only valid with delegated authentication flow.");
    }
    allow(operation, caller, params);
    const call: GraphCall = {
      caller,
      params,
      options: readOptions(url.searchParams, operation.options ?? []),
      headers: request.headers,
      body: await readJson(request),
      base: `${url.origin}/v1.0`,
      path: url.pathname.slice("/v1.0".length) + url.search,
      now,
    };
    return operation.handle(call);
  }

  async function identify(request: Request): Promise<GraphCaller> {
    const caller = await authorize(request.headers.get("authorization"));
    if (typeof caller === "object" && caller.tenantId === directory.tenantId) return caller;
    const message =
      caller === "missing"
        ? "Access token is empty."
        : caller === "expired"
          ? "Lifetime validation failed, the token is expired."
          : "Access token validation failure.";
    throw new GraphError(401, "InvalidAuthenticationToken", message, { "www-authenticate": "Bearer" });
  }

  function allow({ method, path, service, ownOnly }: Operation, caller: GraphCaller, params: Record<string, string>) {
    const accepted = OPERATION_PERMISSIONS.get(`${method} ${path}`);
    const isApp = caller.userId === null;
    const granted = (isApp ? caller.roles : caller.scopes).filter((name) =>
      (isApp ? accepted?.application : accepted?.delegated)?.includes(name),
    );
    if (granted.length === 0) throw refused(service);
    if (caller.userId === null) return;
    const self = directory.findUser(caller.userId);
    if (self === undefined || !self.isEnabled) {
      throw new GraphError(401, "InvalidAuthenticationToken", "The account of this token is gone or switched off.");
    }
    const about = params["user-id"] ?? params["presence-id"];
    if (about === undefined || directory.findUser(about) === self) return;
    if (ownOnly === "all" || granted.every((name) => ownOnly?.includes(name))) throw refused(service);
  }

  async function batch(request: Request, url: URL): Promise<GraphReply> {
    if (request.method !== "POST") {
      throw methodNotAllowed();
    }
    const body = await runBatch(await readJson(request), (item) => {
      const headers = new Headers(item.headers);
      if (!headers.has("authorization")) headers.set("authorization", request.headers.get("authorization") ?? "");
      const { method, path } = item;
      const bodyless = item.body === null || method === "GET";
      const inner = new Request(`${url.origin}/v1.0${path}`, {
        method,
        headers,
        ...(bodyless ? {} : { body: item.body }),
      });
      return respond(inner, true);
    });
    return { status: 200, body };
  }

  async function respond(request: Request, isBatchItem: boolean): Promise<Response> {
    const requestId = newGuid(random);
    const clientRequestId = request.headers.get("client-request-id") ?? requestId;
    const date = new Date(clock.now());
    const headers = new Headers({
      "request-id": requestId,
      "client-request-id": clientRequestId,
      "x-ms-ags-diagnostic":
        '{"ServerInfo":{"DataCenter":"Sandbox","Slice":"E","Ring":"1","ScaleUnit":"000","RoleInstance":"SANDBOX"}}',
      "odata-version": "4.0",
      date: date.toUTCString(),
    });
    const send = ({ status, body, headers: own }: GraphReply) => {
      for (const [name, value] of Object.entries(own ?? {})) headers.set(name, value);
      if (body === undefined) return new Response(null, { status, headers });
      headers.set("content-type", JSON_TYPE);
      return new Response(JSON.stringify(body), { status, headers });
    };
    try {
      return send(await perform(request, isBatchItem));
    } catch (error) {
      if (error instanceof ConnectionBroken && !isBatchItem) return Response.error();
      if (!(error instanceof GraphError)) throw error;
      const innerError = {
        date: date.toISOString().slice(0, 19),
        "request-id": requestId,
        "client-request-id": clientRequestId,
      };
      const { status, code, message } = error;
      return send({ status, body: { error: { code, message, innerError } }, headers: error.headers });
    }
  }

  return {
    fetch: (request) => respond(request, false),
    faults,
    presence,
    forgetDeltas: () => rounds.forget(),
    operations: table.operations.map(({ method, path }) => `${method} ${path}`),
  };
}

async function readJson(request: Request): Promise<unknown> {
  const text = await request.text();
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest("Unable to read JSON request payload.");
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest("The path is not well encoded.");
  }
}
