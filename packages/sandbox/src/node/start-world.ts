import { join } from "node:path";
import { lockDirectory } from "@trunkline/gateway/node";
import { createWorld, type RunningWorld } from "../create-world.ts";
import { type Journal, memoryJournal } from "../journal.ts";
import type { WorldEntry } from "../state.ts";
import { openFileJournal } from "./file-journal.ts";
import { listenForWorld, type WorldServer } from "./serve-world.ts";

export interface StartWorldOptions {
  /** 0 takes any free one. @default 0 */
  port?: number;
  /** A loopback address. @default "127.0.0.1" */
  host?: string;
  /** Folder of the journal; made when it is missing. Without it the world forgets everything when it ends. */
  dataDir?: string;
  /** What the clock of a world without a past adds to the machine's time. @default 0 */
  beginOffsetMs?: number;
}

/** A world that listens. */
export interface ListeningWorld extends RunningWorld {
  readonly url: string;
}

/**
 * Starts a world with its HTTP server, going on where its journal stops.
 *
 * @throws DirectoryInUse when another process has the folder
 */
export async function startWorld({
  port = 0,
  host = "127.0.0.1",
  dataDir,
  beginOffsetMs = 0,
}: StartWorldOptions): Promise<ListeningWorld> {
  const lock = dataDir === undefined ? undefined : await lockDirectory(dataDir);
  let server: WorldServer | undefined;
  try {
    server = await listenForWorld(port, host);
    const journal: Journal<WorldEntry> =
      dataDir === undefined ? memoryJournal() : await openFileJournal(join(dataDir, "world.ndjson"));
    const { url, answer, close } = server;
    const running = await createWorld({ url, journal, beginOffsetMs });
    answer(running.fetch);
    return {
      ...running,
      url,
      stop: async () => {
        await close(); // nobody may be answered once the journal is closed
        await running.stop();
        await lock?.release();
      },
    };
  } catch (error) {
    await server?.close();
    await lock?.release();
    throw error;
  }
}
