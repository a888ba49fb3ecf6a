import type { TestProject } from "vitest/node";
import { startPostgres } from "./postgres-server.ts";

/** One server for all tests of a run; each test makes a database of its own in it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  project.provide("postgresUrl", server.url);
  return () => server.stop();
}

declare module "vitest" {
  interface ProvidedContext {
    /** Address of the run's PostgreSQL server. */
    postgresUrl: string;
  }
}
