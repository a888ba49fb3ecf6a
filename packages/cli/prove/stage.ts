import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownPort } from "../../../scripts/lib/own-port.ts";
import { startPostgres } from "../../gateway/test/support/postgres-server.ts";
import { type Program, startTrunkline } from "../test/support/program.ts";

/** Where the gateway keeps its data. */
export type StoreName = "pglite" | "postgres";

/** A tenant that the world has seeded. */
export interface SeededTenant {
  readonly apiKey: string;
  readonly lines: readonly { readonly id: string; readonly number: string }[];
  readonly users: readonly { readonly id: string }[];
}

/** Gateway and world in processes of their own, on a durable store. */
export interface Stage {
  readonly gatewayUrl: string;
  readonly tenant: SeededTenant;
  /** Calls the world. @throws when it does not answer 2xx */
  world(method: string, path: string, body?: object): Promise<unknown>;
  /** `kill -9`: the gateway has no chance to tidy up. */
  kill(): Promise<void>;
  /** Starts the gateway again, at its old address. */
  restart(): Promise<void>;
}

/** @param undo - what ends everything again, the last first */
export async function setStage(store: StoreName, undo: (() => Promise<unknown>)[]): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "trunkline-prove-"));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const place: string[] = [];
  if (store === "postgres") {
    const postgres = await startPostgres({ isDurable: true });
    undo.push(() => postgres.stop());
    place.push("--database-url", postgres.url);
  }
  const world = await startTrunkline(["sandbox", "--port", "0", "--data", join(folder, "world")]);
  undo.push(() => world.terminate());
  const data = join(folder, "gateway");
  const port = String(await ownPort());
  const start = (): Promise<Program> =>
    startTrunkline(["start", "--port", port, "--data", data, "--sandbox", world.url, "--log-level", "error", ...place]);
  let gateway = await start();
  undo.push(() => gateway.terminate());
  const { url } = gateway;

  async function call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(world.url + path, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (!response.ok) throw new Error(`the world answered ${response.status} to ${path}: ${await response.text()}`);
    return response.json();
  }
  const { tenants } = (await call("GET", "/world")) as { tenants: SeededTenant[] };
  const [tenant] = tenants;
  if (!tenant) throw new Error("the world has no tenants");
  return {
    gatewayUrl: url,
    tenant,
    world: call,
    kill: () => gateway.kill(),
    async restart() {
      gateway = await start();
    },
  };
}
