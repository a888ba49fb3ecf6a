import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ownPort } from "../../../../scripts/lib/own-port.ts";
import { findPostgresFolder } from "../../../../scripts/lib/tools.mjs";

const run = promisify(execFile);

/** A PostgreSQL server of one's own, on a free port of loopback, with nothing in it and gone with `stop`. */
export interface PostgresServer {
  /** Address of the maintenance database; put another name at its end for a database of a test's own. */
  readonly url: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

export interface PostgresServerOptions {
  /**
   * Whether a commit waits for the disk. Tests that do not pull the plug need not.
   * @default false
   */
  isDurable?: boolean;
}

/**
 * Makes a cluster and starts it.
 *
 * @throws when no PostgreSQL is installed; `npm test` says how to get one
 */
export async function startPostgres({ isDurable = false }: PostgresServerOptions = {}): Promise<PostgresServer> {
  const bin = findPostgresFolder();
  if (bin === null)
    throw new Error("PostgreSQL 15 or newer is missing: install it, or point POSTGRES_BIN to its programs.");
  const user = await unprivileged();
  const dir = await mkdtemp(join(tmpdir(), "trunkline-postgres-"));
  if (user) await chown(dir, user.uid, user.gid);
  const data = join(dir, "data");
  const env = { ...process.env, LC_ALL: "C.UTF-8", TZ: "UTC" };
  await run(join(bin, "initdb"), ["-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"], {
    ...user,
    env,
    cwd: dir,
  });
  const port = await ownPort();
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: dir,
    max_connections: "100",
    ...(isDurable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  const server = spawn(
    join(bin, "postgres"),
    ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    { ...user, env, cwd: dir, stdio: ["ignore", "ignore", "pipe"] },
  );
  await listening(server);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    process: server,
    async stop() {
      if (server.exitCode === null && server.signalCode === null) {
        const ended = once(server, "exit");
        server.kill("SIGINT"); // a fast shutdown: it does not wait for clients to leave
        await ended;
      }
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root; Debian's package brings a user for it. */
async function unprivileged(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (flag: string) => Number((await run("id", [flag, "postgres"])).stdout);
  return { uid: await id("-u"), gid: await id("-g") };
}

function listening(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = "";
    server.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log = (log + text).slice(-4000);
      if (log.includes("database system is ready to accept connections")) resolve();
    });
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`postgres ended with ${code}:\n${log}`)));
  });
}
