import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { accessLog, pinoLogger, scrub } from "../src/node/logger.ts";
import {
  assertMayListen,
  directoryMasterKey,
  isLoopback,
  MasterKeyRefused,
  parseMasterKeys,
} from "../src/node/master-key.ts";
import { createMetrics } from "../src/node/metrics.ts";
import { type RunningServer, serve } from "../src/node/serve.ts";
import { PGLITE } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

describe("the HTTP server", () => {
  let gateway: TestGateway;
  let acme: TestTenant;
  let server: RunningServer;
  beforeAll(async () => {
    gateway = await testGateway(PGLITE);
    acme = await gateway.newTenant("acme");
    server = await serve({ gateway: gateway.gateway });
  });
  afterAll(async () => void (await Promise.all([server.close(), gateway.stop()])));

  const auth = () => ({ authorization: `Bearer ${acme.key.key}` });

  test("answers over a real connection on loopback", async () => {
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    const response = await fetch(`${server.url}/v1/me`, { headers: auth() });
    expect(response.status).toBe(200);
    expect(response.headers.get("request-id")).toMatch(/^req_/);
  });

  test("refuses 32 MB, announced or chunked, and goes on serving", async () => {
    const post = (body: BodyInit) =>
      fetch(`${server.url}/v1/lines`, {
        method: "POST",
        body,
        headers: { ...auth(), "content-type": "application/json" },
        duplex: "half",
      } as RequestInit);
    const chunk = new Uint8Array(64 * 1024).fill(0x20);
    const chunked = () => {
      let sent = 0;
      return new ReadableStream({
        pull(controller) {
          sent += chunk.length;
          controller.enqueue(chunk);
          if (sent >= 32 * 1024 * 1024) controller.close();
        },
      });
    };
    for (const body of [() => new Uint8Array(32 * 1024 * 1024), chunked]) {
      const response = await post(body());
      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({ code: "body_too_large" });
    }
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  test("what is no HTTP is refused and breaks nothing", async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, "127.0.0.1", () => socket.write("NOT HTTP AT ALL\r\n\r\n"));
      let text = "";
      socket.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      socket.on("close", () => resolve(text)).on("error", reject);
    });
    expect(answer).toContain("400 Bad Request");
    const smuggled = await new Promise<string>((resolve, reject) => {
      const head =
        "POST /v1/lines HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /";
      const socket = connect(server.port, "127.0.0.1", () => socket.end(head));
      let text = "";
      socket.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      socket.on("close", () => resolve(text)).on("error", reject);
    });
    expect(smuggled).toContain("400 Bad Request");
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  test("a stream goes out over Node's own response and lets go when the reader leaves", async () => {
    const leaving = new AbortController();
    const response = await fetch(`${server.url}/v1/events`, {
      headers: { ...auth(), accept: "text/event-stream" },
      signal: leaving.signal,
    });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toContain("event: stream.ready");
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { name: "Live" }));
    expect((await reader?.read())?.value).toContain('"name":"Live"');
    leaving.abort();
    await expect(reader?.read()).rejects.toThrow();
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { name: "Later" }));
    await gateway.gateway.idle();
  });

  test("HEAD gets the headers of a page, and opens no stream", async () => {
    const headers = { ...auth(), accept: "text/event-stream" };
    const response = await fetch(`${server.url}/v1/events`, { method: "HEAD", headers });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(await response.text()).toBe("");
  });

  test("closing ends what is open in time", async () => {
    const other = await testGateway(PGLITE);
    const tenant = await other.newTenant("other");
    const running = await serve({ gateway: other.gateway });
    const response = await fetch(`${running.url}/v1/events`, {
      headers: { authorization: `Bearer ${tenant.key.key}`, accept: "text/event-stream" },
    });
    await Promise.all([running.close(), other.stop()]);
    expect(await response.text()).toContain("event: stream.end");
    await expect(fetch(`${running.url}/healthz`)).rejects.toThrow();
  });

  test("a port that is taken is an error of its own", async () => {
    await expect(serve({ gateway: gateway.gateway, port: server.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});

describe("the master key", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "trunkline-key-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  test("is made once in the data directory, for its owner's eyes", async () => {
    const nested = join(dir, "not", "there", "yet");
    const keys = await Promise.all([
      directoryMasterKey(nested),
      directoryMasterKey(nested),
      directoryMasterKey(nested),
    ]);
    const [first] = keys;
    for (const key of keys) expect(key).toEqual(first);
    expect(first?.masterKey).toHaveLength(32);
    expect((await stat(join(nested, "master.key"))).mode & 0o777).toBe(0o600);
    expect(await directoryMasterKey(nested)).toEqual(first);
    expect((await directoryMasterKey(dir)).masterKey).not.toEqual(first?.masterKey);
  });

  test("is read as openssl writes it, and several of them for a rotation", () => {
    const bytes = Buffer.alloc(32, 0xfb);
    for (const text of [
      bytes.toString("base64"),
      bytes.toString("base64url"),
      bytes.toString("hex"),
      ` ${bytes.toString("base64")}\n`,
    ]) {
      expect(parseMasterKeys(text)).toEqual({ masterKey: new Uint8Array(bytes), formerMasterKeys: [] });
    }
    const old = Buffer.alloc(32, 1).toString("base64");
    expect(parseMasterKeys(`${bytes.toString("hex")}\n${old}`).formerMasterKeys).toEqual([new Uint8Array(32).fill(1)]);
  });

  test("that is none is refused without being repeated", async () => {
    for (const text of ["", "  \n", "hunter2hunter2", Buffer.alloc(16).toString("base64")]) {
      expect(() => parseMasterKeys(text)).toThrow(MasterKeyRefused);
      expect(() => parseMasterKeys(text)).not.toThrow(/hunter2/);
    }
    await writeFile(join(dir, "master.key"), "torn");
    await expect(directoryMasterKey(dir)).rejects.toThrow(/openssl rand/);
    await chmod(join(dir, "master.key"), 0o600);
    expect(await readFile(join(dir, "master.key"), "utf8")).toBe("torn");
  });

  test("must be somebody's own before others can connect", () => {
    for (const host of ["127.0.0.1", "127.8.9.1", "localhost", "::1", "[::1]", "::ffff:127.0.0.1"]) {
      expect(isLoopback(host), host).toBe(true);
      assertMayListen({ host, isGiven: false });
    }
    for (const host of [
      "0.0.0.0",
      "::",
      "192.168.1.2",
      "example.com",
      "127.0.0.1.example.com",
      "localhost.evil.test",
      "",
    ]) {
      expect(isLoopback(host), host).toBe(false);
      expect(() => assertMayListen({ host, isGiven: false })).toThrow(/--master-key-file/);
      assertMayListen({ host, isGiven: true });
    }
  });
});

describe("logs", () => {
  test("keep what happened, and nothing that anybody wrote, is called, or keeps secret", () => {
    const lines: string[] = [];
    const logger = pinoLogger({ level: "debug", destination: { write: (line) => void lines.push(line) } });
    const databaseError = Object.assign(new Error('duplicate key: Key (number)=(+14255550123) "Ada Lovelace"'), {
      code: "23505",
      constraint: "lines_number",
      detail: "Key (number)=(+14255550123)",
    });
    logger.error(
      {
        error: new Error("cannot reach +1 (425) 555-0123 with tlk_abcdefghijklmnop", { cause: databaseError }),
        text: "Hello Ada",
        user: { name: "Ada", email: "ada@example.com", id: "usr_01kjsesxm0kxm5zqhbrz7cfvm4" },
        requestId: "req_1234567890",
        at: "2026-03-03T09:00:00.000Z",
        count: 12,
      },
      "it failed",
    );
    accessLog(logger)({ method: "GET", route: "/v1/users/{id}", status: 200, durationMs: 3, requestId: "req_x" });
    const [failure, access] = lines.map((line): unknown => JSON.parse(line));
    const all = lines.join("");
    for (const secret of ["425", "Ada", "Hello", "example.com", "tlk_abc", "Lovelace"])
      expect(all).not.toContain(secret);
    expect(failure).toMatchObject({
      msg: "it failed",
      requestId: "req_1234567890",
      at: "2026-03-03T09:00:00.000Z",
      count: 12,
      user: { id: "usr_01kjsesxm0kxm5zqhbrz7cfvm4" },
      error: {
        type: "Error",
        message: "cannot reach [number] with [secret]",
        cause: { sqlState: "23505", constraint: "lines_number" },
      },
    });
    expect(access).toMatchObject({ msg: "request", route: "/v1/users/{id}", status: 200 });
  });

  test("survive fields that go round in circles", () => {
    const circle: Record<string, unknown> = { kind: "circle" };
    circle.self = circle;
    expect(JSON.stringify(scrub(circle))).toContain("[deep]");
  });

  test("go to standard error unless told otherwise", () => {
    const script = `import { pinoLogger } from ${JSON.stringify(new URL("../src/node/logger.ts", import.meta.url).href)};
      pinoLogger().info({}, "hello");`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    expect([stdout, stderr.includes("hello")]).toEqual(["", true]);
  });
});

test("metrics count requests by route, on a port of their own", async () => {
  const metrics = createMetrics();
  const record = { method: "GET", route: "/v1/lines", status: 200, durationMs: 12, requestId: "r" };
  metrics.onRequest(record);
  metrics.onRequest(record);
  metrics.onRequest({ ...record, method: "BREW", route: null, status: 404 });
  const { url, close } = await metrics.serve({ port: 0 });
  const response = await fetch(url);
  expect(response.headers.get("content-type")).toContain("text/plain");
  const text = await response.text();
  expect(text).toContain('trunkline_http_requests_total{method="GET",route="/v1/lines",status="200"} 2');
  expect(text).toContain('trunkline_http_requests_total{method="other",route="other",status="404"} 1');
  expect(text).toContain("process_cpu_seconds_total");
  expect((await fetch(new URL("/", url))).status).toBe(404);
  await close();
  await expect(fetch(url)).rejects.toThrow();
  createMetrics(); // a second one in the process does not collide with the first
});
