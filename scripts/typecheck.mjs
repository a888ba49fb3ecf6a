// Checks the types twice: everything with Node's types, and what must run in a browser tab without them.
import { runTool } from "./lib/workspace.mjs";

const projects = ["tsconfig.json", "tsconfig.core.json"];
const results = await Promise.all(
  projects.map((project) => {
    const memory = `node_modules/.cache/typescript/${project.replace(/\.json$/, "")}.tsbuildinfo`;
    const args = ["-p", project, "--incremental", "--tsBuildInfoFile", memory, "--pretty"];
    return runTool("typescript", args, { command: "tsc", quiet: true });
  }),
);
for (const [index, { code, output }] of results.entries()) {
  if (code === 0) continue;
  console.error(`${projects[index]}:\n${output}`);
  process.exitCode = 1;
}
