import type { CarrierAccount, CreatedKey, CreatedSession, Line, Role, Tenant, UserId } from "@trunkline/protocol";
import { createGateway } from "../../src/gateway.ts";
import type { Gateway, GatewayOptions } from "../../src/options.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import type { SqlEngine } from "../../src/store/engine.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";
import type { StoreKind } from "./stores.ts";

/** What an answer was, read. */
export interface Answered<Body = unknown> {
  status: number;
  headers: Headers;
  /** Parsed when it is JSON, otherwise its text; undefined when there is none. */
  body: Body;
}

/** Calls as one caller. */
export type Caller = <Body = never>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answered<Body>>;

export interface TestUser {
  id: UserId;
  externalId: string;
  session: CreatedSession;
  call: Caller;
}

/** A tenant with a key that may do everything, one user of each role, an account and a line nobody is assigned to. */
export interface TestTenant {
  tenant: Tenant;
  key: CreatedKey;
  call: Caller;
  account: CarrierAccount;
  line: Line;
  users: Record<Role, TestUser>;
}

export interface TestGateway {
  gateway: Gateway;
  clock: ManualClock;
  /** The store under the gateway, for looking at what it holds. */
  database: Database;
  engine: SqlEngine;
  operatorKey: string;
  operator: Caller;
  /** Calls with a token, or without. */
  as(token: string | null): Caller;
  /** Sends a request as it is. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  newTenant(name: string): Promise<TestTenant>;
  stop(): Promise<void>;
}

const ORIGIN = "http://gateway.test";
export const CREDENTIALS = { baseUrl: "http://carrier.test", apiKey: "api-key", webhookSecret: "webhook-secret" };

/** A gateway on a store of its own, whose clock stands still and whose outside world does not answer. */
export async function testGateway(
  store: StoreKind,
  options: Partial<Omit<GatewayOptions, "engine">> = {},
): Promise<TestGateway> {
  const engine = await store.open();
  const clock = manualClock();
  const gateway = createGateway({
    engine,
    clock,
    masterKey: new Uint8Array(32).fill(7),
    environment: "sandbox",
    fetch: () => Promise.reject(new TypeError("the world outside is away")),
    ...options,
  });
  const operatorKey = await gateway.firstOperatorKey();
  if (operatorKey === null) throw new Error("a new store has no operator key");
  await gateway.start();

  const fetch = (path: string, init?: RequestInit) => gateway.fetch(new Request(`${ORIGIN}${path}`, init));
  const as = callerOf(fetch);
  const operator = as(operatorKey);
  let phone = 100;

  async function newTenant(name: string): Promise<TestTenant> {
    const tenant = await made<Tenant>(operator("POST", "/v1/tenants", { name, externalId: name }));
    const key = await made<CreatedKey>(
      operator("POST", "/v1/keys", { name: "server" }, { "trunkline-tenant": tenant.id }),
    );
    const call = as(key.key);
    const account = await made<CarrierAccount>(
      call("POST", "/v1/carrier-accounts", { carrier: "sandbox", name: "Sandbox", credentials: CREDENTIALS }),
    );
    const number = `+12065550${phone++}`;
    const line = await made<Line>(
      call("POST", "/v1/lines", { name: "Front desk", carrierAccountId: account.id, number }),
    );
    const user = async (role: Role): Promise<TestUser> => {
      const session = await made<CreatedSession>(
        call("POST", "/v1/sessions", { user: { externalId: role, name: `The ${role}` }, role, expiresInSeconds: 3600 }),
      );
      return { id: session.user.id, externalId: role, session, call: as(session.token) };
    };
    const users = {
      owner: await user("owner"),
      admin: await user("admin"),
      member: await user("member"),
      viewer: await user("viewer"),
    };
    return { tenant, key, call, account, line, users };
  }

  return {
    gateway,
    clock,
    database: openDatabase(engine),
    engine,
    operatorKey,
    operator,
    as,
    fetch,
    newTenant,
    stop: () => gateway.stop(),
  };
}

function callerOf(fetch: TestGateway["fetch"]): TestGateway["as"] {
  return (token) =>
    async <Body>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
      const response = await fetch(path, {
        method,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, headers: response.headers, body: (await read(response)) as Body };
    };
}

async function read(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return undefined;
  return response.headers.get("content-type")?.match(/[/+]json\b/) ? JSON.parse(text) : text;
}

/** The body of an answer that must be a success. */
export async function made<Body>(answering: Promise<Answered<unknown>>): Promise<Body> {
  const { status, body } = await answering;
  if (status >= 300) throw new Error(`expected success, got ${status}: ${JSON.stringify(body)}`);
  return body as Body;
}
