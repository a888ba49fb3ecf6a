import type { Problem } from "@trunkline/protocol";
import { expect, test, vi } from "vitest";
import { createGateway } from "../src/gateway.ts";
import type { Logger } from "../src/logger.ts";
import { postgresEngine } from "../src/node/postgres.ts";
import { DEFAULTS, type RequestRecord } from "../src/options.ts";
import { type SqlEngine, StoreUnavailable } from "../src/store/engine.ts";
import { VERSION } from "../src/version.ts";
import { PGLITE } from "./support/stores.ts";
import { testGateway } from "./support/test-gateway.ts";

const MASTER_KEY = new Uint8Array(32);
const get = (path: string, headers: Record<string, string> = {}) =>
  new Request(`http://gateway.test${path}`, { headers });

function recordingLogger() {
  const lines: { level: string; fields: object; message: string }[] = [];
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message });
  const logger: Logger = { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
  return { logger, lines };
}

test("while the store is away every call says 503 and when to come back, health says the process lives", async () => {
  const engine = postgresEngine({ url: "postgres://nobody@127.0.0.1:1/nothing" });
  const { logger, lines } = recordingLogger();
  const gateway = createGateway({ engine, masterKey: MASTER_KEY, logger });
  for (const path of ["/v1/me", "/readyz"]) {
    const response = await gateway.fetch(get(path, { authorization: "Bearer tlk_x" }));
    expect(response.status, path).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ code: "unavailable" });
  }
  expect((await gateway.fetch(get("/healthz"))).status).toBe(200);
  expect((await gateway.fetch(get("/openapi.json"))).status).toBe(200);
  expect(lines.map(({ level }) => level)).toEqual(["warn", "warn"]);
  await expect(gateway.start()).rejects.toThrow(StoreUnavailable);
  await gateway.stop();
});

test("the gateway serves as soon as the store is there, without being started again", async () => {
  const engine = await PGLITE.open();
  let isAway = true;
  const flaky: SqlEngine = {
    ...engine,
    connect: () => (isAway ? Promise.reject(new StoreUnavailable("away")) : engine.connect()),
  };
  const gateway = createGateway({ engine: flaky, masterKey: MASTER_KEY });
  expect((await gateway.fetch(get("/readyz"))).status).toBe(503);
  isAway = false;
  expect((await gateway.fetch(get("/readyz"))).status).toBe(200);
  await gateway.stop();
});

test("a mistake of ours is a 500 with nothing of it inside, logged under the request's id", async () => {
  const engine = await PGLITE.open();
  const { logger, lines } = recordingLogger();
  const broken: SqlEngine = {
    ...engine,
    async connect() {
      const connection = await engine.connect();
      return {
        ...connection,
        query: async (sql, parameters) => {
          if (sql.includes("operator_keys")) throw new Error("SECRET internals at line 7");
          return connection.query(sql, parameters);
        },
      };
    },
  };
  const gateway = createGateway({ engine: broken, masterKey: MASTER_KEY, logger });
  const response = await gateway.fetch(get("/v1/tenants", { authorization: "Bearer tlo_x" }));
  expect(response.status).toBe(500);
  const problem = (await response.json()) as Problem;
  expect(problem).toMatchObject({ code: "internal_error", requestId: response.headers.get("request-id") });
  expect(JSON.stringify(problem)).not.toMatch(/SECRET|line 7|at /);
  expect(lines).toMatchObject([{ level: "error", fields: { requestId: problem.requestId, error: expect.any(Error) } }]);
  await gateway.stop();
});

test("every answered request is reported by its route, never by its address", async () => {
  const onRequest = vi.fn<(record: RequestRecord) => void>();
  const gateway = await testGateway(PGLITE, { onRequest });
  onRequest.mockClear();
  await gateway.operator("GET", "/v1/tenants/ext:somebody%40example.com?x=1");
  await gateway.operator("GET", "/v1/secret/+14255550123");
  await gateway.operator("PUT", "/v1/tenants");
  const records = onRequest.mock.calls.map(([record]) => record);
  expect(records).toEqual([
    { method: "GET", route: "/v1/tenants/{id}", status: 422, durationMs: 0, requestId: expect.any(String) },
    { method: "GET", route: null, status: 404, durationMs: 0, requestId: expect.any(String) },
    { method: "PUT", route: "/v1/tenants", status: 405, durationMs: 0, requestId: expect.any(String) },
  ]);
  await gateway.stop();
});

test("start and stop may be called twice, and a stopped gateway says so instead of hanging", async () => {
  const gateway = createGateway({ engine: await PGLITE.open(), masterKey: MASTER_KEY });
  await Promise.all([gateway.start(), gateway.start()]);
  const stopping = gateway.stop();
  expect(gateway.stop()).toBe(stopping);
  await stopping;
  expect((await gateway.fetch(get("/v1/me", { authorization: "Bearer tlk_x" }))).status).toBe(503);
});

test("options that cannot work are refused when the gateway is made", async () => {
  const engine = await PGLITE.open();
  for (const publicUrl of ["sms.example.com", "ftp://sms.example.com", "https://sms.example.com/"]) {
    expect(() => createGateway({ engine, masterKey: MASTER_KEY, publicUrl })).toThrow(/publicUrl/);
  }
  expect(() => createGateway({ engine, masterKey: new Uint8Array(8) })).toThrow(/master key/);
  await engine.close();
});

test("the defaults are those that the documentation of the options tells", async () => {
  const { readFile } = await import("node:fs/promises");
  const source = await readFile(new URL("../src/options.ts", import.meta.url), "utf8");
  for (const [name, value] of Object.entries(DEFAULTS)) {
    const doc =
      source
        .slice(0, source.search(new RegExp(`\\n  ${name}\\?:`)))
        .split("/**")
        .at(-1) ?? "";
    const tag = /@default (.+)/.exec(doc)?.[1]?.replaceAll("_", "").trim();
    expect(tag, name).toBe(JSON.stringify(value));
  }
  const manifest = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  expect(VERSION).toBe(manifest.version);
});
