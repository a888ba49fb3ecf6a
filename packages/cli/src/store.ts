import { randomUUID } from "node:crypto";
import { type Environment, migrate, type SqlEngine, type StoreInfo } from "@trunkline/gateway";
import { lockDirectory, openPgliteDirectory, openPgliteMemory, postgresEngine } from "@trunkline/gateway/node";

/** Where a gateway's data lies. */
export interface StorePlace {
  /** The data directory; null keeps everything in memory. */
  readonly dataDir: string | null;
  readonly databaseUrl?: string | undefined;
}

/**
 * Opens a store. The data directory belongs to one process, also when the database is elsewhere: its keys and its
 * node's name are not shared.
 *
 * @throws DirectoryInUse naming the process that has the directory
 */
export async function openStore({ dataDir, databaseUrl }: StorePlace): Promise<SqlEngine> {
  if (databaseUrl === undefined) {
    return dataDir === null ? openPgliteMemory() : openPgliteDirectory({ dir: dataDir });
  }
  const lock = dataDir === null ? undefined : await lockDirectory(dataDir);
  const engine = postgresEngine({ url: databaseUrl });
  return {
    ...engine,
    async close() {
      await engine.close();
      await lock?.release();
    },
  };
}

/** Brings a store's schema up to date and closes it. */
export async function migrateStore(place: StorePlace, environment: Environment): Promise<StoreInfo> {
  const engine = await openStore(place);
  try {
    return await migrate(engine, { environment, newEpoch: randomUUID });
  } finally {
    await engine.close();
  }
}
