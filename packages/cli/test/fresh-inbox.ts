import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ROOT, runTool } from "../../../scripts/lib/workspace.mjs";

const BUNDLE = join(ROOT, "packages/inbox/dist/cdn/trunkline-inbox.js");

/** Builds the inbox's bundle unless it is newer than everything that goes into it. */
export async function freshInbox(): Promise<void> {
  const newest = Math.max(
    ...["protocol", "sdk", "inbox"].flatMap((name) => timesIn(join(ROOT, "packages", name, "src"))),
  );
  if (existsSync(BUNDLE) && statSync(BUNDLE).mtimeMs > newest) return;
  const { code, output } = await runTool("tsup", ["--silent"], { cwd: join(ROOT, "packages/inbox"), quiet: true });
  if (code !== 0) throw new Error(`The inbox does not build:\n${output}`);
}

function timesIn(folder: string): number[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
}
