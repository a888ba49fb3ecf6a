/*
 * `npm run prove -- properties [-- --seconds 600]`: every property test again and again, each round with another seed. A failure prints the seed that
 * shows it again: `TRUNKLINE_SEED=<seed> npx vitest run --project node <file>`.
 */
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const root = join(import.meta.dirname, "../..");
const { values } = parseArgs({ options: { seconds: { type: "string", default: "600" } } });
const seconds = Number(values.seconds);
if (!(seconds > 0)) throw new Error(`--seconds must be a number above zero, not ${values.seconds}.`);

const files = globSync(["packages/*/{src,test}/**/*.test.ts", "scripts/**/*.test.ts"], { cwd: root }).filter(
  (file) => !file.includes("node_modules") && readFileSync(join(root, file), "utf8").includes('from "fast-check"'),
);
const until = Date.now() + seconds * 1000;
let rounds = 0;
let isHeld = true;
while (isHeld && Date.now() < until) {
  const seed = randomInt(2 ** 31);
  rounds += 1;
  console.log(`round ${rounds}: ${files.length} files with seed ${seed}`);
  const { status } = spawnSync(
    join(root, "node_modules/.bin/vitest"),
    ["run", "--project", "node", "--reporter", "dot", ...files],
    { cwd: root, env: { ...process.env, TRUNKLINE_SEED: String(seed) }, stdio: "inherit" },
  );
  isHeld = status === 0;
  if (!isHeld) console.error(`Fails with seed ${seed}: TRUNKLINE_SEED=${seed} npx vitest run --project node <file>`);
}
process.exitCode = isHeld ? 0 : 1;
