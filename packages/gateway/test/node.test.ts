import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Conversation } from "@trunkline/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { ownPort } from "../../../scripts/lib/own-port.ts";
import { silentLogger } from "../src/logger.ts";
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
import type { Gateway, RequestRecord } from "../src/options.ts";
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

  /** Sends bytes as they are, and gives what comes back until the connection is closed. */
  const exchange = (bytes: string, port = server.port) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
      let text = "";
      socket.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      socket.on("close", () => resolve(text)).on("error", reject);
    });
  const problemIn = (answer: string) => {
    const [head = "", body = ""] = answer.split("\r\n\r\n", 2);
    expect(head).toMatch(/^content-type: application\/problem\+json\r$/im);
    expect(head).toMatch(/^request-id: req_/im);
    expect(head).toMatch(/^x-content-type-options: nosniff\r?$/im);
    return [Number(head.split(" ")[1]), JSON.parse(body.replace(/^[0-9a-f]+\r\n/, "").split("\r\n")[0] ?? "").code];
  };

  test.each([
    ["what is no HTTP at all", "NOT HTTP AT ALL\r\n\r\n"],
    [
      "a body with two lengths",
      "POST /v1/lines HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /",
    ],
    ["no Host", "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n"],
    ["a Host that is none", "GET /healthz HTTP/1.1\r\nHost: a b<c>\r\nConnection: close\r\n\r\n"],
    ["a Host with a path", "GET /healthz HTTP/1.1\r\nHost: x/y?z\r\nConnection: close\r\n\r\n"],
    ["a question about the server as a whole", "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"],
  ])("%s is refused with a problem, and breaks nothing", async (_, bytes) => {
    expect(problemIn(await exchange(bytes))).toEqual([400, "malformed_request"]);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  test("headers without an end are refused with a problem", async () => {
    const answer = await exchange(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`);
    expect(problemIn(answer)).toEqual([431, "headers_too_large"]);
  });

  test("a client that sends its body a byte at a time is cut, and told so", async () => {
    const strict = await serve({ gateway: gateway.gateway, requestTimeoutMs: 200 });
    const head = `POST /v1/lines HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${acme.key.key}\r\n`;
    const body = "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    expect(problemIn(await exchange(head + body, strict.port))).toEqual([408, "request_timeout"]);
    await strict.close();
  });

  test("a client that leaves in the middle of its body is nobody's failure", async () => {
    const failures: unknown[] = [];
    const records: RequestRecord[] = [];
    const other = await testGateway(PGLITE, {
      logger: { ...silentLogger, error: (fields) => failures.push(fields) },
      onRequest: (record) => records.push(record),
    });
    const tenant = await other.newTenant("leaving");
    const running = await serve({ gateway: other.gateway });
    const before = records.length;
    for (const length of ["Content-Length: 100\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"]) {
      const head = `POST /v1/lines HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${tenant.key.key}\r\n`;
      const socket = connect(running.port, "127.0.0.1", () => {
        socket.write(`${head}Content-Type: application/json\r\nExpect: 100-continue\r\n${length}`);
      });
      socket.once("data", () => socket.destroy()); // "100 Continue": the request has been taken up
    }
    await vi.waitFor(() => expect(records).toHaveLength(before + 2));
    expect(records.slice(before).map(({ status }) => status)).toEqual([400, 400]);
    expect(failures).toEqual([]);
    await Promise.all([running.close(), other.stop()]);
  });

  test("a reader of a stream that takes nothing is let go, and others hear everything", async () => {
    let opened = 0;
    let isSlowLetGo = false;
    const fetch: Gateway["fetch"] = (request, host) =>
      gateway.gateway.fetch(request, {
        open(status, headers) {
          const answer = host?.open?.(status, headers) ?? expect.fail("Node's host opens streams");
          const isSlow = opened++ === 0;
          answer.outlet.onClose(() => {
            isSlowLetGo ||= isSlow;
          });
          return answer;
        },
      });
    const hasty = await serve({ gateway: { fetch }, drainMs: 1 });
    const open = async () => {
      const socket = connect(hasty.port, "127.0.0.1");
      const head = `GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${acme.key.key}\r\n`;
      socket.write(`${head}Accept: text/event-stream\r\n\r\n`);
      await once(socket, "data");
      return socket;
    };
    const slow = (await open()).pause();
    let isSlowOpen = true;
    slow.once("close", () => {
      isSlowOpen = false;
    });
    slow.on("error", () => undefined); // it is cut, not closed
    const quick = await open();
    let newest = 0;
    let rest = "";
    quick.setEncoding("utf8").on("data", (part: string) => {
      rest += part;
      for (const [, round] of rest.matchAll(/"k0":"(\d+)"/g)) newest = Number(round);
      rest = rest.slice(-20); // a part may end in the middle of it
    });
    const path = "/v1/conversations";
    const opening = { lineId: acme.line.id, participants: ["+14255550123"] };
    const { id } = await made<Conversation>(acme.call("POST", path, opening));
    const metadata = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, "x".repeat(500)]));
    // The kernel's own buffers swallow megabytes before anything is pending in the gateway; each round makes 25 kB.
    for (let round = 1; !isSlowLetGo; round++) {
      await made(acme.call("PATCH", `${path}/${id}`, { metadata: { ...metadata, k0: String(round) } }));
      while (newest < round) await once(quick, "data");
    }
    expect(isSlowOpen).toBe(true); // nobody can know before the reader looks
    const closed = once(slow, "close");
    slow.resume();
    await closed;
    expect(slow.bytesRead).toBeLessThan(quick.bytesRead);
    quick.destroy();
    await hasty.close();
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
    if (!reader) throw new Error("a stream without a body");
    let told = "";
    const tells = async (part: string) => {
      while (!told.includes(part)) told += (await reader.read()).value ?? expect.fail(`it ended: ${told}`);
    };
    await tells("event: stream.ready");
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { name: "Live" }));
    await tells('"name":"Live"');
    leaving.abort();
    await expect(reader.read()).rejects.toThrow();
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
    const running = await serve({ gateway: other.gateway, port: await ownPort() });
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
  const account = { accountId: "acc_00000000000000000000000000" } as const;
  for (const circuit of ["open", "half_open", "open"] as const) metrics.onCarrierMood({ ...account, circuit });
  expect(await metrics.text()).toContain("trunkline_carrier_accounts_unreachable 1");
  metrics.onCarrierMood({ ...account, circuit: "closed" });
  expect(await metrics.text()).toContain("trunkline_carrier_accounts_unreachable 0");
  metrics.onRequest({ ...record, method: "BREW", route: null, status: 404 });
  const { url, close } = await metrics.serve({ port: await ownPort() });
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
