// `npm start`: from a fresh clone to a running gateway, simulated world and demo. Runs on Node 20; what it starts runs
// on the workspace's own Node 24. Arguments go to `trunkline dev`.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { install, nodePath, ROOT, runTool, workspaceEnv } from "./lib/workspace.mjs";

await install();

// The demo's page loads the inbox as strangers do: as one file. Everything else runs from its sources.
const bundle = await runTool("tsup", ["--silent"], { cwd: join(ROOT, "packages", "inbox"), quiet: true });
if (bundle.code !== 0) {
  console.error(`The inbox does not build:\n${bundle.output}`);
  process.exit(bundle.code);
}

const cli = join(ROOT, "packages", "cli");
const { bin } = JSON.parse(readFileSync(join(cli, "package.json"), "utf8"));
const child = spawn(nodePath(), [join(cli, bin.trunkline), "dev", ...process.argv.slice(2)], {
  cwd: ROOT,
  env: workspaceEnv(),
  stdio: "inherit",
});
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) process.on(signal, () => child.kill(signal));
child.once("error", (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
child.once("exit", (code, signal) => {
  process.exitCode = code ?? (signal === "SIGINT" || signal === "SIGTERM" ? 0 : 1);
});
