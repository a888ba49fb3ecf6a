import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The name of this node among those that share a database, kept in its data directory: a node that was killed and comes
 * back under its name takes up its own work at once, instead of waiting until its leases end.
 */
export async function nodeName(dataDir: string): Promise<string> {
  const path = join(dataDir, "node");
  const kept = (await readFile(path, "utf8").catch(() => "")).trim(); // the first start, or a torn write of it
  if (/^node_[0-9a-f]{16}$/.test(kept)) return kept;
  const name = `node_${randomBytes(8).toString("hex")}`;
  await writeFile(path, `${name}\n`);
  return name;
}
