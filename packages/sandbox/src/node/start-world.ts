import { join } from "node:path";
import { lockDirectory } from "@trunkline/gateway/node";
import { createWorld, type RunningWorld } from "../create-world.ts";
import { type Journal, memoryJournal } from "../journal.ts";
import type { WorldEntry } from "../state.ts";
import { openEntraDoor } from "./entra-door.ts";
import { openFileJournal } from "./file-journal.ts";
import { listenForWorld } from "./serve-world.ts";

export interface StartWorldOptions {
  /** 0 takes any free one. @default 0 */
  port?: number;
  /** For Entra ID, over https. 0 takes the one of last time where `dataDir` knows it, or any free one. @default 0 */
  entraPort?: number;
  /** A loopback address. @default "127.0.0.1" */
  host?: string;
  /** Folder of the journal and of Entra ID's certificate; made when it is missing. Without it the world forgets everything when it ends. */
  dataDir?: string;
  /** What the clock of a world without a past adds to the machine's time. @default 0 */
  beginOffsetMs?: number;
}

/** A world that listens. */
export interface ListeningWorld extends RunningWorld {
  readonly url: string;
}

/**
 * Starts a world with its HTTP servers, going on where its journal stops.
 *
 * @throws DirectoryInUse when another process has the folder
 */
export async function startWorld({
  port = 0,
  entraPort = 0,
  host = "127.0.0.1",
  dataDir,
  beginOffsetMs = 0,
}: StartWorldOptions = {}): Promise<ListeningWorld> {
  const undo: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    if (dataDir !== undefined) {
      const lock = await lockDirectory(dataDir);
      undo.push(() => lock.release());
    }
    const server = await listenForWorld(port, host);
    undo.push(server.close);
    const door = await openEntraDoor({ host, port: entraPort, dataDir });
    undo.push(door.close);
    const journal: Journal<WorldEntry> =
      dataDir === undefined ? memoryJournal() : await openFileJournal(join(dataDir, "world.ndjson"));
    const { url } = server;
    const microsoft = { entraUrl: door.url, graphUrl: url, caCertificate: door.caCertificate };
    const running = await createWorld({ url, microsoft, journal, beginOffsetMs });
    // Nobody may be answered once the journal is closed, so the doors, which are there already, are shut before.
    undo.splice(-2, 0, running.stop);
    server.answer(running.fetch);
    door.answer(running.fetchEntra);
    return { ...running, url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
