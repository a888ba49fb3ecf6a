// `npm test`: everything that must hold, in order, stopping at the first that does not.
// `npm test -- --list` names the steps, `--only vitest,typecheck` runs some of them, `--from build` starts later.
import { parseArgs } from "node:util";
import { install, nodePath, run, runTool } from "./lib/workspace.mjs";
import { ensureWorld } from "./lib/world.mjs";

const script = (/** @type {string} */ name) => () => run(nodePath(), [`scripts/${name}.mjs`]);

/** @type {ReadonlyArray<{ name: string, about: string, run: () => Promise<{ code: number }> }>} */
const STEPS = [
  {
    name: "lint",
    about: "format and lint",
    run: () => runTool("@biomejs/biome", ["check", "--error-on-warnings", "."]),
  },
  { name: "typecheck", about: "types, with and without Node's", run: script("typecheck") },
  { name: "structure", about: "imports follow the design", run: script("check-structure") },
  { name: "vitest", about: "tests in Node and in Chromium", run: () => runTool("vitest", ["run"]) },
  { name: "build", about: "every package as it is published", run: script("build") },
  { name: "packages", about: "packed packages: publint, types", run: script("check-packages") },
  {
    name: "unused",
    about: "files, exports and dependencies nobody uses",
    run: () => runTool("knip", ["--no-config-hints"]),
  },
  { name: "size", about: "size budgets", run: () => runTool("size-limit", []) },
  { name: "docs", about: "API reference", run: () => runTool("typedoc", []) },
];

const { values } = parseArgs({
  options: { only: { type: "string" }, from: { type: "string" }, list: { type: "boolean", default: false } },
});
if (values.list) {
  for (const { name, about } of STEPS) console.log(`${name.padEnd(10)} ${about}`);
  process.exit(0);
}
const wanted = values.only?.split(",") ?? STEPS.map(({ name }) => name);
const unknown = [...wanted, ...(values.from ? [values.from] : [])].filter(
  (name) => !STEPS.some((step) => step.name === name),
);
if (unknown.length > 0) {
  console.error(`No such step: ${unknown.join(", ")}. There are: ${STEPS.map(({ name }) => name).join(", ")}.`);
  process.exit(2);
}
const first = values.from ? STEPS.findIndex(({ name }) => name === values.from) : 0;
const steps = STEPS.slice(first).filter(({ name }) => wanted.includes(name));

await install();
if (steps.some(({ name }) => name === "vitest") && !(await ensureWorld())) process.exit(1);

const done = [];
let failed = false;
for (const step of steps) {
  console.log(`\n── ${step.name}: ${step.about}`);
  const started = performance.now();
  const { code } = await step.run();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  done.push(`${code === 0 ? "ok    " : "FAILED"} ${step.name.padEnd(10)} ${seconds.padStart(6)} s`);
  if (code !== 0) {
    failed = true;
    break;
  }
}
for (const { name } of steps.slice(done.length)) done.push(`not run ${name}`);
console.log(`\n${done.join("\n")}`);
process.exitCode = failed ? 1 : 0;
