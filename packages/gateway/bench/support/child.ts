import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A server in a process of its own, as it would run; the load comes from this one. */
export interface ServerProcess<Ready> {
  ready: Ready;
  /** Sends a message and waits for the answer to it. */
  ask<Answer>(message: object): Promise<Answer>;
  /** Resident memory, in MiB. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts `servers/<name>.ts`, which answers `{ ready }` when it listens. */
export async function startServer<Ready>(name: string, options: object = {}): Promise<ServerProcess<Ready>> {
  const child: ChildProcess = fork(new URL(`../servers/${name}.ts`, import.meta.url), [JSON.stringify(options)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const next = async <Message>(): Promise<Message> => {
    const over = new AbortController();
    const { signal } = over;
    const [message] = await Promise.race([
      once(child, "message", { signal }),
      once(child, "exit", { signal }).then(([code]) => Promise.reject(new Error(`${name} ended with ${code}`))),
    ]).finally(() => over.abort());
    return message as Message; // both ends of this channel are in this folder
  };
  const { ready } = await next<{ ready: Ready }>();
  const ask = async <Answer>(message: object): Promise<Answer> => {
    child.send(message);
    return next<Answer>();
  };
  return {
    ready,
    ask,
    memory: async () => (await ask<{ rss: number }>({ memory: true })).rss / 2 ** 20,
    async stop() {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}
