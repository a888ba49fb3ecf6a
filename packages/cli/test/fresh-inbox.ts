import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { ROOT, runTool } from "../../../scripts/lib/workspace.mjs";

const BUNDLE = join(ROOT, "packages/inbox/dist/cdn/trunkline-inbox.js");
const LOCK = join(ROOT, "node_modules/.cache/trunkline/inbox.lock");

/**
 * Builds the inbox's bundle unless it is newer than everything that goes into it. Test files that need the bundle run at
 * the same time: one builds, the others wait for it.
 */
export async function freshInbox(): Promise<void> {
  await lock();
  try {
    if (isFresh()) return;
    const { code, output } = await runTool("tsup", ["--silent"], { cwd: join(ROOT, "packages/inbox"), quiet: true });
    if (code !== 0) throw new Error(`The inbox does not build:\n${output}`);
  } finally {
    await rm(LOCK, { force: true });
  }
}

async function lock(): Promise<void> {
  await mkdir(dirname(LOCK), { recursive: true });
  for (;;) {
    const isOurs = await writeFile(LOCK, String(process.pid), { flag: "wx" }).then(
      () => true,
      () => false,
    );
    if (isOurs) return;
    const holder = Number(await readFile(LOCK, "utf8").catch(() => ""));
    if (!isRunning(holder)) await rm(LOCK, { force: true }); // it was killed while it built
    await wait(100);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function isFresh(): boolean {
  const sources = ["protocol", "sdk", "inbox"].flatMap((name) => timesIn(join(ROOT, "packages", name, "src")));
  return existsSync(BUNDLE) && statSync(BUNDLE).mtimeMs > Math.max(...sources);
}

function timesIn(folder: string): number[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
}
