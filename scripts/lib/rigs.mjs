import { existsSync, readdirSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { install, nodePath, ROOT, run, workspacePackages } from "./workspace.mjs";

/**
 * Runs the files `*.<kind>.ts` in the `<kind>` folder of every package and of `scripts` one after another, each in a process of its own under Node 24. With
 * `--list` it names them; further arguments pick by name, and what follows `--` goes to each rig.
 * @param {"prove" | "bench"} kind
 */
export async function runRigs(kind) {
  const ending = `.${kind}.ts`;
  const places = [...workspacePackages().map(({ path }) => path), join(ROOT, "scripts")];
  const rigs = places.flatMap((place) => {
    const folder = join(place, kind);
    if (!existsSync(folder)) return [];
    const files = readdirSync(folder).filter((file) => file.endsWith(ending));
    return files.sort().map((file) => ({ name: basename(file, ending), path: join(folder, file) }));
  });
  const given = process.argv.slice(2);
  const split = given.indexOf("--");
  const own = split < 0 ? given : given.slice(0, split);
  const passed = split < 0 ? [] : given.slice(split + 1);
  if (own.includes("--list")) {
    for (const { name, path } of rigs) console.log(`${name}  ${relative(ROOT, path)}`);
    return;
  }
  const unknown = own.filter((name) => !rigs.some((rig) => rig.name === name));
  if (unknown.length > 0) {
    console.error(
      `No such rig: ${unknown.join(", ")}. There are: ${rigs.map(({ name }) => name).join(", ") || "none"}.`,
    );
    process.exitCode = 2;
    return;
  }
  await install();
  const failed = [];
  for (const { name, path } of rigs) {
    if (own.length > 0 && !own.includes(name)) continue;
    console.log(`\n── ${name}`);
    const started = performance.now();
    const { code } = await run(nodePath(), [path, ...passed]);
    console.log(
      `── ${name}: ${code === 0 ? "held" : "failed"} after ${Math.round((performance.now() - started) / 1000)} s`,
    );
    if (code !== 0) failed.push(name);
  }
  if (failed.length > 0) {
    console.error(`\nFailed: ${failed.join(", ")}`);
    process.exitCode = 1;
  }
}
