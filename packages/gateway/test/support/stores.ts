import { randomUUID } from "node:crypto";
import pg from "pg";
import { describe, inject } from "vitest";
import { openPgliteMemory } from "../../src/node/pglite-store.ts";
import { postgresEngine } from "../../src/node/postgres.ts";
import type { SqlEngine } from "../../src/store/engine.ts";
import "./global-postgres.ts"; // types what `inject` gives

/** A kind of store that the gateway runs on. */
export interface StoreKind {
  readonly name: string;
  /** Opens an empty store of its own, without a schema; close it. */
  open(): Promise<SqlEngine>;
}

export const PGLITE: StoreKind = { name: "PGlite", open: openPgliteMemory };

export const POSTGRES: StoreKind = {
  name: "PostgreSQL",
  open: async () => postgresEngine({ url: await newPostgresDatabase() }),
};

/** Makes a database in this worker's PostgreSQL server and gives its address. It goes with the server. */
export async function newPostgresDatabase(): Promise<string> {
  const url = new URL(ownServer());
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  url.pathname = `/${name}`;
  return url.href;
}

/** Workers have numbers from 1 on, and no two that live at the same time have the same. */
function ownServer(): string {
  const address = inject("postgresUrls")[Number(process.env.VITEST_POOL_ID) - 1];
  if (address === undefined) throw new Error(`worker ${process.env.VITEST_POOL_ID} has no PostgreSQL server`);
  return address;
}

/** Runs a suite on both stores: same statements, same outcome. */
export function eachStore(suite: (store: StoreKind) => void): void {
  describe.each([PGLITE, POSTGRES])("on $name", suite);
}
