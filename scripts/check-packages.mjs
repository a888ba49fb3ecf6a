// Looks at every package as a stranger gets it: packed, then read by publint and by "are the types wrong".
// `npm run check:packages`, after a build.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pnpm, runTool, workspacePackages } from "./lib/workspace.mjs";

const folder = mkdtempSync(join(tmpdir(), "trunkline-pack-"));
const problems = [];
try {
  for (const { folder: name, path, manifest } of workspacePackages()) {
    if (manifest.private === true) continue;
    const into = join(folder, name);
    const packed = await pnpm(["pack", "--pack-destination", into], { cwd: path, quiet: true });
    const [tarball] = packed.code === 0 ? readdirSync(into) : [];
    if (tarball === undefined) {
      problems.push(`${name} does not pack:\n${packed.output}`);
      continue;
    }
    const file = join(into, tarball);
    const lint = await runTool("publint", [file, "--strict"], { quiet: true });
    if (lint.code !== 0) problems.push(`${name}, publint:\n${lint.output}`);
    // The command has no entry to import, and the one-file bundle no types: it is for script tags.
    if (Object.keys(manifest.exports ?? {}).includes(".")) {
      const args = [file, "--profile", "esm-only", "--format", "ascii", "--exclude-entrypoints", "cdn"];
      const types = await runTool("@arethetypeswrong/cli", args, { command: "attw", quiet: true });
      if (types.code !== 0) problems.push(`${name}, types:\n${types.output}`);
    }
    console.log(`looked at ${tarball}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const problem of problems) console.error(`\n${problem}`);
if (problems.length > 0) process.exitCode = 1;
