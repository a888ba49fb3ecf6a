import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const WINDOWS = process.platform === "win32";

/**
 * A package of the workspace.
 * @typedef {{ folder: string, path: string, name: string, manifest: Record<string, unknown> }} WorkspacePackage
 */

/**
 * The packages below `packages/`, in the order in which they build on each other.
 * @returns {WorkspacePackage[]}
 */
export function workspacePackages() {
  const base = join(ROOT, "packages");
  const found = readdirSync(base)
    .filter((folder) => existsSync(join(base, folder, "package.json")))
    .sort()
    .map((folder) => {
      const path = join(base, folder);
      const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
      return { folder, path, name: String(manifest.name), manifest };
    });
  /** @type {WorkspacePackage[]} */
  const ordered = [];
  const visit = (/** @type {WorkspacePackage} */ item) => {
    if (ordered.includes(item)) return;
    const needs = Object.keys(item.manifest.dependencies ?? {});
    for (const other of found) if (other !== item && needs.includes(other.name)) visit(other);
    ordered.push(item);
  };
  found.forEach(visit);
  return ordered;
}

/** What the last install through these scripts was made from. */
const INSTALLED = join(ROOT, "node_modules", ".trunkline-installed");

/** The lock file's hash: its time tells nothing, because a checkout touches it. */
function lockHash() {
  return createHash("sha256")
    .update(readFileSync(join(ROOT, "pnpm-lock.yaml")))
    .digest("hex");
}

/** True when nothing is installed, or the lock file changed since. */
function needsInstall() {
  return !existsSync(nodePath()) || !existsSync(INSTALLED) || readFileSync(INSTALLED, "utf8") !== lockHash();
}

/** The Node 24 that the workspace installs for itself, whatever Node runs this script. */
export function nodePath() {
  const folder = join(ROOT, "node_modules", "node", "bin");
  return join(folder, WINDOWS ? "node.exe" : "node");
}

/**
 * Environment in which `node` and every tool are the workspace's own.
 * @param {NodeJS.ProcessEnv} [more]
 * @returns {NodeJS.ProcessEnv}
 */
export function workspaceEnv(more = {}) {
  const own = [join(ROOT, "node_modules", "node", "bin"), join(ROOT, "node_modules", ".bin")];
  return { ...process.env, PATH: [...own, process.env.PATH ?? ""].join(delimiter), ...more };
}

/**
 * Runs a program to its end, its output going where ours goes.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean, quiet?: boolean }} [options] - `quiet` holds the
 *   output back and gives it as `output`
 * @returns {Promise<{ code: number, output: string }>} the exit code; 128 and more when a signal ended it
 */
export function run(program, args, { cwd = ROOT, env = workspaceEnv(), shell = false, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, shell, stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit" });
    let output = "";
    child.stdout?.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      output += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 130, output }));
  });
}

/**
 * Runs the command of an installed package under the workspace's Node 24.
 * @param {string} packageName
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2] & { command?: string }} [options] - `command` where the package has several
 */
export function runTool(packageName, args, { command, ...options } = {}) {
  const folder = join(ROOT, "node_modules", packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = typeof bin === "string" ? bin : bin[command ?? packageName.split("/").pop() ?? ""];
  if (file === undefined)
    throw new Error(`${packageName} has no command ${command ?? ""}; it has: ${Object.keys(bin).join(", ")}.`);
  return run(nodePath(), [join(folder, file), ...args], options);
}

/**
 * Runs pnpm 12 through npx: the system needs no pnpm, and one that it has may be too old to read the lock file.
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function pnpm(args, options = {}) {
  return run("npx", ["-y", "pnpm@12", ...args], { env: process.env, shell: WINDOWS, ...options });
}

/** Installs what the lock file names, unless that is there already. */
export async function install() {
  if (!needsInstall()) return;
  console.log("Installing what the lock file names …");
  const { code } = await pnpm(["install", "--frozen-lockfile", "--loglevel=error"]); // who starts it reads our lines, not its
  if (code !== 0) {
    console.error("The install failed. It needs a network, or a filled pnpm store, the first time.");
    process.exit(code);
  }
  writeFileSync(INSTALLED, lockHash());
}
