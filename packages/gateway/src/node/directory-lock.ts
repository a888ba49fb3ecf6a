import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

/** Another process has the data directory open. PGlite has no lock of its own: two writers would each lose the other's. */
export class DirectoryInUse extends Error {
  override readonly name = "DirectoryInUse";
  readonly pid: number;

  constructor(dir: string, { pid, startedAt }: Holder) {
    super(
      `${dir} is in use by the gateway with process id ${pid}, running since ${startedAt}. ` +
        "Stop that one first, or give this one a directory of its own with --data.",
    );
    this.pid = pid;
  }
}

interface Holder {
  pid: number;
  /** When the process began, ISO 8601, for people. */
  startedAt: string;
  /** When the process began, as the system counts; null where the system does not tell. */
  born: string | null;
  token: string;
}

const FILE = "trunkline.lock";

/**
 * Takes the directory for this process until `release`. The lock of a process that died, or whose process id another
 * program has today, is taken over.
 *
 * @throws DirectoryInUse naming the process that has it
 */
export async function lockDirectory(dir: string): Promise<{ release(): Promise<void> }> {
  await mkdir(dir, { recursive: true });
  const path = join(dir, FILE);
  const own: Holder = {
    pid: process.pid,
    startedAt: new Date(Date.now() - Math.round(process.uptime() * 1000)).toISOString(),
    born: await bornAt(process.pid),
    token: randomUUID(),
  };
  while (!(await create(path, own))) {
    const found = await read(path);
    if (found.kind === "held" && (await isAlive(found.holder))) throw new DirectoryInUse(dir, found.holder);
    await removeDead(path);
  }
  return {
    async release() {
      const found = await read(path);
      if (found.kind === "held" && found.holder.token === own.token) await rm(path, { force: true });
    },
  };
}

/** Makes the file with its content in one step; a reader never finds it empty. False when there is one already. */
async function create(path: string, holder: Holder): Promise<boolean> {
  const part = `${path}.${holder.token}`;
  await writeFile(part, JSON.stringify(holder));
  try {
    await link(part, path);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(part, { force: true });
  }
}

type Found = { kind: "none" } | { kind: "torn" } | { kind: "held"; holder: Holder };

async function read(path: string): Promise<Found> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    return isHolder(value) ? { kind: "held", holder: value } : { kind: "torn" };
  } catch (error) {
    if (isCode(error, "ENOENT")) return { kind: "none" };
    if (error instanceof SyntaxError) return { kind: "torn" }; // by a crash
    throw error;
  }
}

/** Longest that removing a dead lock takes, in milliseconds; a process that died while doing it is not waited for. */
const REMOVAL_MS = 5000;

/**
 * Removes the lock if its process is dead. One at a time, behind a folder that only one can make: of two that found the
 * same dead lock, the slower would otherwise remove the lock that the faster has just taken.
 */
async function removeDead(path: string): Promise<void> {
  const gate = `${path}.removal`;
  try {
    await mkdir(gate);
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
    await setTimeout(20);
    const made = await stat(gate).catch(() => null); // the other has finished in the meantime
    if (made && Date.now() - made.mtimeMs > REMOVAL_MS) await rm(gate, { recursive: true, force: true });
    return;
  }
  try {
    const found = await read(path);
    if (found.kind === "none") return; // nothing to remove, and by now there may be a lock that lives
    if (found.kind === "torn" || !(await isAlive(found.holder))) await rm(path, { force: true });
  } finally {
    await rm(gate, { recursive: true, force: true });
  }
}

async function isAlive({ pid, born }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return isCode(error, "EPERM"); // it lives and belongs to somebody else
  }
  const now = await bornAt(pid);
  return born === null || now === null || born === now;
}

/** When a process began, in the kernel's ticks; null where there is no /proc. Source: proc(5), field 22 of stat. */
async function bornAt(pid: number): Promise<string | null> {
  try {
    const line = await readFile(`/proc/${pid}/stat`, "utf8");
    return line.slice(line.lastIndexOf(")") + 2).split(" ")[19] ?? null; // the name before it may hold anything
  } catch {
    return null; // another system: the process id alone must do
  }
}

function isHolder(value: unknown): value is Holder {
  return typeof value === "object" && value !== null && "pid" in value && typeof value.pid === "number";
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
