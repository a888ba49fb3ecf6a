import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DirectoryInUse, lockDirectory } from "../src/node/directory-lock.ts";
import { openPgliteDirectory } from "../src/node/pglite-store.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "trunkline-data-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** A process that has taken the lock, as a gateway does, and holds it until it is killed. */
async function holder() {
  const script = `import { lockDirectory } from ${JSON.stringify(new URL("../src/node/directory-lock.ts", import.meta.url).href)};
    await lockDirectory(${JSON.stringify(dir)}); console.log("locked"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}

test("a directory that a living process has is refused by its process id", async () => {
  const child = await holder();
  const refused = await lockDirectory(dir).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(DirectoryInUse);
  expect(refused).toMatchObject({ pid: child.pid, message: expect.stringContaining(String(child.pid)) });
  child.kill("SIGKILL");
  await once(child, "exit");
  const lock = await lockDirectory(dir);
  await lock.release();
});

test("within one process, too, only one has it", async () => {
  const lock = await lockDirectory(dir);
  await expect(lockDirectory(dir)).rejects.toThrow(DirectoryInUse);
  await lock.release();
  await (await lockDirectory(dir)).release();
});

test("a lock that a crash left torn, or whose process id is another program's today, is taken over", async () => {
  await writeFile(join(dir, "trunkline.lock"), '{"pid": 12');
  await (await lockDirectory(dir)).release();
  const reused = { pid: process.ppid, startedAt: "2020-01-01T00:00:00.000Z", born: "1", token: "old" };
  await writeFile(join(dir, "trunkline.lock"), JSON.stringify(reused));
  await (await lockDirectory(dir)).release();
});

test("of many that find a dead process's lock, one gets it", async () => {
  const child = await holder();
  child.kill("SIGKILL");
  await once(child, "exit");
  const path = join(dir, "trunkline.lock");
  const left = await readFile(path);
  // One who comes late finds that the dead lock is gone, or that there is a new one; both are worth many tries.
  for (let round = 0; round < 20; round++) {
    await writeFile(path, left);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 16 }, async (_, place) => {
        for (let turn = 0; turn < 2 * place; turn++) await new Promise(setImmediate);
        return lockDirectory(dir);
      }),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  }
});

test("what was committed is there when the directory is opened again", async () => {
  const first = await openPgliteDirectory({ dir });
  const connection = await first.connect();
  await connection.exec("create table kept (value text); insert into kept values ('still here')");
  connection.release();
  await first.close();
  const again = await openPgliteDirectory({ dir });
  const reader = await again.connect();
  const { rows } = await reader.query("select value from kept", []);
  reader.release();
  expect(rows).toEqual([{ value: "still here" }]);
  await again.close();
});

test("texts are nobody else's on the machine, also in a folder that was open to all", async () => {
  await chmod(dir, 0o755);
  await mkdir(join(dir, "pglite"), { mode: 0o755 });
  const engine = await openPgliteDirectory({ dir });
  await engine.close();
  expect((await stat(join(dir, "pglite"))).mode & 0o777).toBe(0o700);
});
