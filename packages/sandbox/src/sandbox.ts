import { PGlite } from "@electric-sql/pglite";
import {
  createGateway,
  type EntraClient,
  type Gateway,
  type Logger,
  pgliteEngine,
  platformRandom,
  type RandomBytes,
  type SqlEngine,
} from "@trunkline/gateway";
import { Activity } from "./activity.ts";
import type { CarrierBehaviour, CarrierBehaviourInput } from "./carrier/behaviour.ts";
import type { HandsetMessage } from "./carrier/message.ts";
import type { SimulatedCarrier } from "./carrier/names.ts";
import type { LaterCarrier } from "./carrier-line.ts";
import { type HostTime, platformTime, WorldClock } from "./clock.ts";
import { createWorld, ENTRA_URL } from "./create-world.ts";
import { parseDuration } from "./duration.ts";
import { gatewayApi } from "./gateway-api.ts";
import { inProcessFetch } from "./in-process-fetch.ts";
import { type EntraClientOptions, gatewayRegistration } from "./microsoft/registration.ts";
import { settled } from "./settled.ts";
import type { SeededUser } from "./state.ts";
import type { AcceptedText, SentText, World, WorldDescription } from "./world.ts";

export interface SandboxOptions {
  /** The clock stands still at this time until it is moved. Without it the clock is the platform's. */
  now?: string | Date;
  /** The gateway's store. @default a new PGlite in memory, gone with the sandbox */
  engine?: SqlEngine;
  /** Give a seeded one where a run must be repeatable. @default platformRandom */
  random?: RandomBytes;
  /** Carriers that the first tenant has a line on, beside the plain one. @default none */
  carriers?: readonly LaterCarrier[];
  /** Logs of the gateway. @default none */
  logger?: Logger;
  /** @default the platform's clock and timers */
  host?: HostTime;
  /**
   * Makes the client with which the gateway signs in at the sandbox's Entra ID. Without one Microsoft 365 is not set up in
   * this gateway; the sandbox of `@trunkline/sandbox/node` brings it along.
   */
  entraClient?: (options: EntraClientOptions) => EntraClient;
}

/** A phone in the sandbox. Any valid number is one. */
export interface SandboxHandset {
  readonly number: string;
  /** Texts a line; resolves when the gateway has answered the carrier, or when the carrier goes on trying. */
  text(to: string, text: string): Promise<SentText>;
  /** What it has sent and received, oldest first. */
  messages(): readonly HandsetMessage[];
}

/** A carrier in the sandbox. */
export interface SandboxCarrier {
  /** Every text that it took, oldest first. */
  readonly accepted: readonly AcceptedText[];
  /** Sets how it behaves from now on; what is left out goes back to its default. */
  configure(behaviour: CarrierBehaviourInput): Promise<CarrierBehaviour>;
}

/** Tokens for a user, in the form that `createTrunkline` takes as `auth`. */
export interface SandboxAuth {
  readonly kind: "session";
  token(): Promise<{ token: string; expiresAt: string }>;
}

/** The real gateway and a simulated world outside of it, in one process and without a socket. */
export interface Sandbox {
  /** The gateway's address; only `fetch` of this sandbox reaches it. */
  readonly url: string;
  /** The world's address, likewise. */
  readonly worldUrl: string;
  /** Reaches the gateway, the world and nobody else. */
  readonly fetch: typeof globalThis.fetch;
  readonly operatorKey: string;
  /** Two at least; each with its key, lines and users. */
  readonly tenants: WorldDescription["tenants"];
  /** Lines of the first tenant. */
  readonly lines: WorldDescription["tenants"][number]["lines"];
  /** Users of the first tenant; the first one owns it. */
  readonly users: readonly SeededUser[];
  /** The simulated Entra ID and Graph: their addresses, which `fetch` reaches, and the apps and people of their tenant. */
  readonly microsoft: WorldDescription["microsoft"];
  /** Sessions for a user, named by id, by `externalId` or by first name. */
  auth(user: string): SandboxAuth;
  handset(number: string): SandboxHandset;
  carrier(name: SimulatedCarrier): SandboxCarrier;
  /**
   * Answers what the gateway sends to an origin, such as webhooks to `https://crm.example.com`. One that is given again takes
   * the place of the former; nobody else answers there. Returns the way out.
   */
  receive(origin: string, answer: (request: Request) => Response | Promise<Response>): () => void;
  readonly clock: {
    now(): Date;
    /**
     * Moves the clock by an ISO 8601 duration (`PT15S`); resolves when everything that became due on the way is done:
     * texts handed over, receipts taken, streams told.
     */
    advance(duration: string): Promise<void>;
  };
  /** Resolves when gateway and world have nothing left to do at the present time. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const UNLIMITED = 1_000_000;
const GATEWAY_URL = "https://gateway.trunkline.test";
const WORLD_URL = "https://world.trunkline.test";
const GRAPH_URL = "https://graph.trunkline.test";

/**
 * Starts the real gateway on a database in memory, with a simulated world outside. Tests and pages use it like any
 * gateway, through `sandbox.fetch`; nothing leaves the process.
 *
 * @example
 * const sandbox = await createSandbox({ now: "2026-11-02T09:00:00Z" });
 * await sandbox.handset("+14255550123").text(sandbox.lines[0].number, "Hello");
 * await sandbox.clock.advance("PT15S");
 * await sandbox.close();
 */
export async function createSandbox({
  now,
  engine,
  random = platformRandom,
  carriers = [],
  logger,
  host = platformTime,
  entraClient,
}: SandboxOptions = {}): Promise<Sandbox> {
  const clock = new WorldClock({ host, ...(now === undefined ? {} : { standsAt: timeOf(now) }) });
  const requests = new Activity();
  let gateway: Gateway | undefined;
  const idle = () => settled({ gateway, activities: [requests, world.activity], holds: world.holds, host });
  const doors: Record<string, (request: Request) => Promise<Response>> = {
    [GATEWAY_URL]: (request) => (gateway ? requests.track(gateway.fetch(request)) : Promise.resolve(Response.error())),
    [WORLD_URL]: (request) => running.fetch(request),
    [ENTRA_URL]: (request) => running.fetchEntra(request),
    [GRAPH_URL]: (request) => running.fetch(request),
  };
  const fetch = inProcessFetch(doors);
  const running = await createWorld({
    url: WORLD_URL,
    microsoft: { entraUrl: ENTRA_URL, graphUrl: GRAPH_URL, caCertificate: null },
    host,
    clock,
    random,
    fetch: (request) => fetch(request),
    settle: idle,
  });
  const world: World = running.world;
  const { gatewayApp, place } = world.microsoft;
  gateway = createGateway({
    engine: engine ?? pgliteEngine(await PGlite.create()),
    masterKey: random(32),
    environment: "sandbox",
    publicUrl: GATEWAY_URL,
    clock,
    random,
    fetch,
    requestsPerSecond: UNLIMITED, // a clock that stands still gives no call back
    ...(logger ? { logger } : {}),
    ...(entraClient ? { microsoft: gatewayRegistration({ app: gatewayApp, place, clock, fetch, entraClient }) } : {}),
  });
  await gateway.start();
  const operatorKey = await gateway.firstOperatorKey();
  if (operatorKey === null) throw new Error("this store has been run before; a sandbox in one process needs a new one");
  await world.announce({ address: GATEWAY_URL, operatorKey }, null);
  for (const carrier of carriers) await world.openLine(carrier);
  const { tenants } = world.describe();
  const [first] = tenants;
  if (!first) throw new Error("the world has seeded no tenant");

  return {
    url: GATEWAY_URL,
    worldUrl: WORLD_URL,
    fetch,
    operatorKey,
    tenants,
    lines: first.lines,
    users: first.users,
    get microsoft() {
      return world.describe().microsoft;
    },
    auth(name) {
      const { apiKey, user } = findUser(tenants, name);
      const { externalId, name: fullName, email } = user;
      const api = gatewayApi({ address: GATEWAY_URL, key: apiKey, fetch: (request) => fetch(request) });
      return {
        kind: "session",
        token: () => api.call("createSession", { body: { user: { externalId, name: fullName, email } } }),
      };
    },
    handset(number) {
      const canonical = world.handsetNumber(number);
      return {
        number: canonical,
        text: (to, text) => world.text(canonical, to, text),
        messages: () => world.handsetMessages(canonical),
      };
    },
    receive(origin, answer) {
      const door = async (request: Request) => answer(request);
      if ([GATEWAY_URL, WORLD_URL, ENTRA_URL, GRAPH_URL].includes(origin) || new URL(origin).origin !== origin) {
        throw new TypeError(`receive takes an origin of your own, such as https://crm.example.com, and not ${origin}`);
      }
      doors[origin] = door;
      return () => {
        if (doors[origin] === door) delete doors[origin];
      };
    },
    carrier: (name) => ({
      get accepted() {
        return world.accepted(name);
      },
      configure: (behaviour) => world.configure(name, behaviour),
    }),
    clock: {
      now: () => new Date(clock.now()),
      async advance(duration) {
        const ms = parseDuration(duration);
        if (ms === null) throw new TypeError(`"${duration}" is not an ISO 8601 duration such as PT15S`);
        await world.advance(ms);
      },
    },
    idle,
    async close() {
      await running.stop(); // first, because the gateway waits for answers that a standing clock may hold back
      await gateway?.stop();
    },
  };
}

function timeOf(now: string | Date): number {
  const time = new Date(now).getTime();
  if (Number.isNaN(time)) throw new TypeError(`"${now}" is not a time such as 2026-11-02T09:00:00Z`);
  return time;
}

function findUser(tenants: Sandbox["tenants"], wanted: string) {
  for (const { apiKey, users } of tenants) {
    const user = users.find(({ id, externalId, name }) => [id, externalId, name.split(" ")[0]].includes(wanted));
    if (user) return { apiKey, user };
  }
  const known = tenants.flatMap(({ users }) => users.map(({ externalId }) => externalId)).join(", ");
  throw new TypeError(`nobody is called "${wanted}" in this sandbox; there are: ${known}`);
}
