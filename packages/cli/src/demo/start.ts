import { createDemoApp } from "./app.ts";
import { gatewayCalls } from "./gateway-calls.ts";
import { listen } from "./listen.ts";
import { pageFiles } from "./page-files.ts";
import { allowOrigin, setStage } from "./stage.ts";
import { worldAt } from "./world.ts";

export interface StartDemoOptions {
  gatewayUrl: string;
  worldUrl: string;
  /**
   * Port of the page; 0 takes any.
   * @default 0
   */
  port?: number;
  /**
   * Address to listen on. The page signs anybody in who can reach it, so only loopback addresses are accepted.
   * @default "127.0.0.1"
   */
  host?: string;
  /** @default globalThis.fetch */
  fetch?: typeof globalThis.fetch;
}

export interface Demo {
  /** Where the page is. */
  readonly url: string;
  /** Ends open streams and stops listening. */
  close(): Promise<void>;
}

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

/**
 * Serves the demo's CRM page for the first tenant of a world: names its lines and staff, and lets the page's origin call
 * the gateway. Needs the inbox's bundle; without it the promise rejects and says how to build it.
 */
export async function startDemo({
  gatewayUrl,
  worldUrl,
  port = 0,
  host = "127.0.0.1",
  fetch = globalThis.fetch,
}: StartDemoOptions): Promise<Demo> {
  if (!LOOPBACK.includes(host))
    throw new Error(`The demo signs everybody in; it listens on ${LOOPBACK.join(", ")} only.`);
  const files = await pageFiles();
  const world = worldAt(worldUrl, fetch);
  const { apiKey } = await world.tenant();
  const call = gatewayCalls({ gatewayUrl, token: apiKey, fetch });
  const stage = await setStage(world, call);
  const app = createDemoApp({
    gatewayUrl: new URL(gatewayUrl).origin,
    stage,
    world,
    files,
    as: (token) => gatewayCalls({ gatewayUrl, token, fetch }),
  });
  const server = await listen(app, { port, host });
  await allowOrigin(call, server.url);
  return server;
}
