import { join } from "node:path";
import { startWorld } from "@trunkline/sandbox/node";
import { DEFAULT_PORTS } from "./default-places.ts";
import { DEMO_HISTORY_MS, seedDemo, startDemo } from "./demo/index.ts";
import { startGateway } from "./start-gateway.ts";

export interface StartDevOptions {
  /** Without one the usual port is taken, or any free one when it is taken. */
  demoPort: number | undefined;
  /** Null keeps everything in memory. */
  dataDir: string | null;
  /** Tells the demo's story to a gateway that has no conversations yet. */
  seed: boolean;
  note: (line: string) => void;
}

/** World, gateway and demo page, in this process. */
export interface RunningDev {
  readonly worldUrl: string;
  readonly gatewayUrl: string;
  readonly demoUrl: string;
  stop(): Promise<void>;
}

export async function startDev({ demoPort, dataDir, seed, note }: StartDevOptions): Promise<RunningDev> {
  const undo: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const world = await onFreePort(DEFAULT_PORTS.world, (port) =>
      startWorld({
        port,
        ...(dataDir === null ? {} : { dataDir: join(dataDir, "world") }),
        beginOffsetMs: seed ? -DEMO_HISTORY_MS : 0, // the story begins three weeks ago and ends now
      }),
    );
    undo.push(world.stop);
    const gateway = await onFreePort(DEFAULT_PORTS.gateway, (port) =>
      startGateway({
        port,
        host: "127.0.0.1",
        dataDir: dataDir === null ? null : join(dataDir, "gateway"),
        sandbox: world.url,
        logLevel: "warn",
        note,
      }),
    );
    undo.push(gateway.stop);
    const urls = { gatewayUrl: gateway.url, worldUrl: world.url };
    if (seed) {
      note("Telling the demo's story …");
      await seedDemo(urls);
    }
    const demo =
      demoPort === undefined
        ? await onFreePort(DEFAULT_PORTS.demo, (port) => startDemo({ ...urls, port }))
        : await startDemo({ ...urls, port: demoPort });
    undo.push(demo.close);
    return { ...urls, demoUrl: demo.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts something on its usual port, or on any free one when somebody else is there. */
async function onFreePort<Started>(usual: number, startOn: (port: number) => Promise<Started>): Promise<Started> {
  try {
    return await startOn(usual);
  } catch (error) {
    if (!isPortTaken(error)) throw error;
    return startOn(0);
  }
}

function isPortTaken(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && cause.code === "EADDRINUSE") return true;
  }
  return false;
}
