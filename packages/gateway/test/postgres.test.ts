import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type SqlEngine, StoreUnavailable } from "../src/store/engine.ts";
import { POSTGRES } from "./support/stores.ts";

let engine: SqlEngine;
beforeAll(async () => {
  engine = await POSTGRES.open();
});
afterAll(() => engine.close());

test("a connection that breaks between two statements is told by the next one, and takes nobody else along", async () => {
  const connection = await engine.connect();
  await connection.exec("begin");
  const { rows } = await connection.query<{ pid: number }>("select pg_backend_pid() as pid", []);
  const other = await engine.connect();
  await other.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
  const gone = () => other.query("select from pg_stat_activity where pid = $1", [rows[0]?.pid]);
  await vi.waitFor(async () => expect((await gone()).rows).toEqual([]));

  const error = await connection.query("select 1", []).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StoreUnavailable);
  connection.release(error as Error);
  other.release();
  const fresh = await engine.connect();
  expect((await fresh.query("select 1 as one", [])).rows).toEqual([{ one: 1 }]);
  fresh.release();
});
