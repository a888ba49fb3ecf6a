import { platformRandom, type RandomBytes } from "@trunkline/gateway";
import { Hono } from "hono";
import { acsApi } from "./carriers/acs/api.ts";
import { sandboxApi } from "./carriers/sandbox/api.ts";
import { telnyxApi } from "./carriers/telnyx/api.ts";
import { twilioApi } from "./carriers/twilio/api.ts";
import { type HostTime, platformTime, WorldClock } from "./clock.ts";
import { type Journal, memoryJournal } from "./journal.ts";
import { WorldMemory } from "./memory.ts";
import { openToPages } from "./microsoft/graph/open-to-pages.ts";
import type { MicrosoftPlace } from "./microsoft/microsoft.ts";
import { WorldProblem } from "./problem.ts";
import type { WorldEntry } from "./state.ts";
import { World } from "./world.ts";
import { worldApi } from "./world-api.ts";

export interface WorldOptions {
  /** The world's own address, without a slash at the end; gateways and pages reach it there. */
  url: string;
  /**
   * Where the simulated Microsoft 365 is reached: Entra ID at an address of its own, because clients want https.
   * @default `https://login.trunkline.test` for Entra ID, the world's own address for Graph
   */
  microsoft?: MicrosoftPlace;
  /** @default the platform's clock and timers */
  host?: HostTime;
  /** @default a clock that follows `host` */
  clock?: WorldClock;
  /**
   * What the clock of a world without a past adds to the host's time, in milliseconds: negative to begin in the past.
   * @default 0
   */
  beginOffsetMs?: number;
  /** Where everything is written before it is answered. @default one in memory */
  journal?: Journal<WorldEntry>;
  /** @default platformRandom */
  random?: RandomBytes;
  /** Reaches gateways. @default globalThis.fetch */
  fetch?: (request: Request) => Promise<Response>;
  /** Waited for at every stop of a standing clock. @default until the world itself has nothing left to do */
  settle?: () => Promise<void>;
}

/** A world that runs: its parts by name, and the door through which everybody else comes in. */
export interface RunningWorld {
  readonly world: World;
  /** Answers the calls on the world, on its carriers and on Graph. A network error (`Response.error()`) stands for a connection that breaks. */
  fetch(request: Request): Promise<Response>;
  /** Answers the calls on Entra ID. */
  fetchEntra(request: Request): Promise<Response>;
  stop(): Promise<void>;
}

/** Address of Entra ID in a world that nobody reaches by the network. The name can belong to nobody (RFC 6761). */
export const ENTRA_URL = "https://login.trunkline.test";

/** Makes a world out of its journal and starts it. */
export async function createWorld({
  url,
  microsoft = { entraUrl: ENTRA_URL, graphUrl: url, caCertificate: null },
  host = platformTime,
  clock = new WorldClock({ host }),
  beginOffsetMs = 0,
  journal = memoryJournal<WorldEntry>(),
  random = platformRandom,
  fetch = (request) => globalThis.fetch(request),
  settle,
}: WorldOptions): Promise<RunningWorld> {
  const memory = new WorldMemory(journal);
  const world: World = new World({
    url,
    clock,
    host,
    random,
    fetch,
    memory,
    microsoft,
    beginOffsetMs,
    settle: settle ?? (() => world.activity.idle()),
  });
  await world.start();
  const parts = {
    engine: world.carriers,
    holds: world.holds,
    stopping: world.stopping,
    clock,
    memory,
    random,
  };
  const app = new Hono()
    .route("/world", worldApi(world))
    .route("/carriers/sandbox", sandboxApi(parts))
    .route("/carriers/twilio", twilioApi(parts))
    .route("/carriers/telnyx/v2", telnyxApi(parts))
    .route("/", acsApi(parts)); // its own client takes no address with a path
  for (const path of ["/v1.0/*", "/beta/*"]) {
    app.all(path, (c) => openToPages(c.req.raw, (request) => world.microsoft.answerGraph(request)));
  }
  app.notFound(() => new WorldProblem(404, "not_found", "The world has nothing at this address").toResponse());
  return {
    world,
    fetch: async (request) => (world.stopping.aborted ? Response.error() : app.fetch(request)),
    fetchEntra: async (request) => (world.stopping.aborted ? Response.error() : world.microsoft.answerEntra(request)),
    stop: () => world.stop(),
  };
}
