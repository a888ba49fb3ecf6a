// Writes the tables of `docs/` that are made from the code. With `--check` it writes nothing and fails if one is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PAGES_WITH_TABLES, withTables } from "./lib/doc-tables.mjs";
import { ROOT } from "./lib/workspace.mjs";

const isCheck = process.argv.includes("--check");
for (const name of PAGES_WITH_TABLES) {
  const path = join(ROOT, "docs", name);
  const page = readFileSync(path, "utf8");
  const wanted = withTables(page);
  if (wanted === page) continue;
  if (isCheck) {
    console.error(`docs/${name} is stale: run node scripts/generate-docs.mjs`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, wanted);
    console.log(`wrote docs/${name}`);
  }
}
