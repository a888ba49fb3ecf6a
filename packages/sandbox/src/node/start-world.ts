import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createWorld, type RunningWorld } from "../create-world.ts";
import type { WorldEntry } from "../state.ts";
import { openFileJournal } from "./file-journal.ts";
import { listenForWorld } from "./serve-world.ts";

export interface StartWorldOptions {
  /** 0 takes any free one. @default 0 */
  port?: number;
  /** A loopback address. @default "127.0.0.1" */
  host?: string;
  /** Folder of the journal; made when it is missing. Without it the world forgets everything when it ends. */
  dataDir?: string;
}

/** A world that listens. */
export interface ListeningWorld extends RunningWorld {
  readonly url: string;
}

/** Starts a world with its HTTP server, going on where its journal stops. */
export async function startWorld({
  port = 0,
  host = "127.0.0.1",
  dataDir,
}: StartWorldOptions): Promise<ListeningWorld> {
  const server = await listenForWorld(port, host);
  try {
    if (dataDir !== undefined) await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const journal =
      dataDir === undefined ? {} : { journal: await openFileJournal<WorldEntry>(join(dataDir, "world.ndjson")) };
    const running = await createWorld({ url: server.url, ...journal });
    server.answer(running.fetch);
    return {
      ...running,
      url: server.url,
      stop: async () => {
        await server.close();
        await running.stop();
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}
