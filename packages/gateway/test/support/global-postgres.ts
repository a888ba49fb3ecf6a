import type { TestProject } from "vitest/node";
import { startPostgres } from "./postgres-server.ts";

/**
 * A server for each worker, in which each test makes a database of its own. One for all would let tests feel each other:
 * a transaction that is open in one database holds back the event logs of all, because a server counts them together.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = await Promise.all(Array.from({ length: project.config.maxWorkers }, () => startPostgres()));
  project.provide(
    "postgresUrls",
    servers.map(({ url }) => url),
  );
  return async () => void (await Promise.all(servers.map((server) => server.stop())));
}

declare module "vitest" {
  interface ProvidedContext {
    /** Addresses of the run's PostgreSQL servers, one for each worker. */
    postgresUrls: string[];
  }
}
