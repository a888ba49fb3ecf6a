// Builds the packages, each after those it builds on: `npm run build [-- inbox gateway …]`.
import { join } from "node:path";
import { install, ROOT, runTool, workspacePackages } from "./lib/workspace.mjs";

await install();
const wanted = process.argv.slice(2);
const packages = workspacePackages();
const unknown = wanted.filter((name) => !packages.some(({ folder }) => folder === name));
if (unknown.length > 0) {
  console.error(
    `No such package: ${unknown.join(", ")}. There are: ${packages.map(({ folder }) => folder).join(", ")}.`,
  );
  process.exit(2);
}
for (const { folder, path } of packages) {
  if (wanted.length > 0 && !wanted.includes(folder)) continue;
  const { code, output } = await runTool("tsup", ["--silent"], { cwd: join(ROOT, "packages", folder), quiet: true });
  if (code !== 0) {
    console.error(`${path} does not build:\n${output}`);
    process.exit(code);
  }
  console.log(`built ${folder}`);
}
