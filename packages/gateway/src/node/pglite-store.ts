import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { sha256, toHex } from "../bytes.ts";
import type { SqlEngine } from "../store/engine.ts";
import { MIGRATIONS, migrate } from "../store/migrate.ts";
import { pgliteEngine } from "../store/pglite.ts";
import { lockDirectory } from "./directory-lock.ts";

/*
 * Making a PostgreSQL cluster takes PGlite four seconds; unpacking one takes one. So the first start that makes a
 * cluster keeps an image of it, empty but with the schema, and later ones begin from that.
 */

export interface PgliteDirectoryOptions {
  /** Where the data lies; made when it is not there. One process at a time. */
  dir: string;
}

/**
 * Opens the store in a directory. It survives a crash of the process, not of the machine: PGlite runs with fsync off.
 *
 * @throws DirectoryInUse when another process has it open
 */
export async function openPgliteDirectory({ dir }: PgliteDirectoryOptions): Promise<SqlEngine> {
  const lock = await lockDirectory(dir);
  try {
    const dataDir = join(dir, "pglite");
    const isNew = !existsSync(join(dataDir, "PG_VERSION"));
    // PGlite makes its files readable for everybody; texts are not for the machine's other users.
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await chmod(dataDir, 0o700); // a folder that an earlier version made, and whatever the umask says
    const database = await PGlite.create({ dataDir, ...(isNew ? { loadDataDir: await storeImage() } : {}) });
    const engine = pgliteEngine(database);
    return {
      ...engine,
      async close() {
        await engine.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** A store in memory, gone with its process. */
export async function openPgliteMemory(): Promise<SqlEngine> {
  return pgliteEngine(await PGlite.create({ loadDataDir: await storeImage() }));
}

/**
 * The image of an empty store with today's schema: packed into the package, or made once and kept beside it. When it can
 * be neither read nor kept, it is made for this once.
 */
async function storeImage(): Promise<Blob> {
  const name = await storeImageName();
  const here = dirname(fileURLToPath(import.meta.url));
  // The bundler may put this module at the top of dist/ or one folder below it.
  for (const packed of [join(here, `${name}.gz`), join(here, "..", `${name}.gz`)]) {
    // PGlite tells a packed image by its type.
    if (existsSync(packed)) return new Blob([await readFile(packed)], { type: "application/x-gzip" });
  }
  const kept = join(here, "..", "..", "node_modules", ".cache", "trunkline", name);
  if (existsSync(kept)) return new Blob([await readFile(kept)]);
  const image = await makeStoreImage();
  try {
    await mkdir(dirname(kept), { recursive: true });
    const part = `${kept}.${process.pid}`;
    await writeFile(part, new Uint8Array(await image.arrayBuffer()));
    await rename(part, kept);
  } catch {
    // A read-only installation: the image serves this once, and the next start makes it anew.
  }
  return image;
}

/** Makes the image. `scripts/pack-store-image.ts` packs it into the package. */
export async function makeStoreImage(): Promise<Blob> {
  const database = await PGlite.create();
  const engine = pgliteEngine(database);
  await migrate(engine, { environment: "production", newEpoch: () => "image" });
  // Each store made from the image is its own: it gets its epoch and its environment at its first start.
  await database.exec("delete from store_info");
  const image = await database.dumpDataDir("none");
  await database.close();
  return image;
}

/** Name of the image's file; another PGlite or another schema gives another name. */
export async function storeImageName(): Promise<string> {
  return `store-${await imageKey()}.tar`;
}

async function imageKey(): Promise<string> {
  // Its package.json is not among its exports, so it is read as the file beside the entry.
  const entry = dirname(fileURLToPath(import.meta.resolve("@electric-sql/pglite")));
  const { version } = JSON.parse(await readFile(join(entry, "..", "package.json"), "utf8")) as { version: string };
  const schema = MIGRATIONS.flatMap(({ statements }) => statements).join(";\n");
  return toHex(await sha256(`${version}\n${schema}`)).slice(0, 16);
}
