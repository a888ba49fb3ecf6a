import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

const WINDOWS = process.platform === "win32";

/**
 * True if the path names a file that may be run.
 * @param {string} path
 */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // absent and forbidden are the same to whoever wants to run it
  }
}

/**
 * First of the named programs that lies on PATH or in one of the extra folders, or null.
 * @param {readonly string[]} names
 * @param {readonly string[]} [extraFolders]
 */
function findProgram(names, extraFolders = []) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...extraFolders].filter(Boolean);
  const suffixes = WINDOWS ? [".exe", ".cmd", ""] : [""];
  for (const name of names)
    for (const folder of folders)
      for (const suffix of suffixes) {
        const path = join(folder, name + suffix);
        if (isExecutable(path)) return path;
      }
  return null;
}

/** A Chromium that the browser tests can drive: `CHROMIUM_PATH`, else the usual names and places. */
export function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) return existsSync(named) ? named : null;
  const found = findProgram(
    ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "msedge"],
    ["/usr/bin", "/snap/bin", "/usr/local/bin"],
  );
  if (found) return found;
  const places = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    join(process.env.PROGRAMFILES ?? "C:\\Program Files", "Google", "Chrome", "Application", "chrome.exe"),
    join(
      process.env["PROGRAMFILES(X86)"] ?? "C:\\Program Files (x86)",
      "Microsoft",
      "Edge",
      "Application",
      "msedge.exe",
    ),
  ];
  return places.find(isExecutable) ?? null;
}

/** Folder that holds `initdb`, `pg_ctl` and `postgres`, newest release first, or null. Debian keeps them off PATH. */
export function findPostgresFolder() {
  const debian = "/usr/lib/postgresql";
  const releases = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...(process.env.POSTGRES_BIN ? [process.env.POSTGRES_BIN] : []),
    ...(process.env.PATH ?? "").split(delimiter),
    ...releases.map((release) => join(debian, release, "bin")),
    "/opt/homebrew/opt/postgresql/bin",
    "/usr/local/opt/postgresql/bin",
    "/usr/local/pgsql/bin",
  ].filter(Boolean);
  const suffix = WINDOWS ? ".exe" : "";
  const programs = ["initdb", "pg_ctl", "postgres"];
  return folders.find((folder) => programs.every((name) => isExecutable(join(folder, name + suffix)))) ?? null;
}

/** The NATS server, or null. */
export function findNatsServer() {
  return findProgram(["nats-server"], ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"]);
}
