import { existsSync } from "node:fs";
import { findChromium, findNatsServer, findPostgresFolder } from "./tools.mjs";
import { run } from "./workspace.mjs";

/** What the tests need beside npm packages, and the Debian package that brings it. */
const NEEDS = [
  { name: "Chromium", debian: "chromium", find: findChromium, hint: "or point CHROMIUM_PATH to a Chromium or Chrome" },
  {
    name: "PostgreSQL 15 or newer",
    debian: "postgresql",
    find: findPostgresFolder,
    hint: "or point POSTGRES_BIN to its bin folder",
  },
  { name: "nats-server", debian: "nats-server", find: findNatsServer, hint: "or put it on PATH" },
];

/**
 * Makes sure that the programs the tests drive are there. On Debian, as root, it installs what is missing; elsewhere
 * it says how to, and gives false.
 * @returns {Promise<boolean>}
 */
export async function ensureWorld() {
  const missing = () => NEEDS.filter(({ find }) => find() === null);
  const before = missing();
  if (before.length === 0) return true;
  const packages = before.map(({ debian }) => debian);
  const isRoot = process.getuid?.() === 0;
  if (isRoot && existsSync("/etc/debian_version")) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const update = await run("apt-get", ["update", "-qq"], { env });
    if (update.code === 0)
      await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env });
  }
  const after = missing();
  for (const { name, hint } of after) console.error(`${name} is missing: install it, ${hint}.`);
  if (after.length > 0)
    console.error(`On Debian or Ubuntu: sudo apt-get install --no-install-recommends ${packages.join(" ")}`);
  return after.length === 0;
}
