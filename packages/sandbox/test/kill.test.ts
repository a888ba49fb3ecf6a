import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ownPort } from "../../../scripts/lib/own-port.ts";
import { attachToWorld } from "../src/node/index.ts";
import { ACCOUNT, BEGINNING, LINE, PHONE } from "./fixed-world.ts";

let folder: string;
let child: ChildProcess;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "trunkline-world-"));
});
afterEach(async () => {
  await kill();
  await rm(folder, { recursive: true, force: true });
});

async function start(port = 0): Promise<string> {
  const script = fileURLToPath(new URL("./world-process.ts", import.meta.url));
  child = spawn(process.execPath, [script, folder, String(port)], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout!, "data")) as [Buffer];
  return line.toString().trim();
}

async function kill(): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** A gateway that counts webhooks, and answers 503 until it is told otherwise. */
async function countingGateway() {
  const bodies: string[] = [];
  const gateway = { status: 503, bodies, url: "", close: () => {} };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      if (gateway.status < 300) bodies.push(Buffer.concat(parts).toString());
      response.writeHead(gateway.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  gateway.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  gateway.close = () => {
    server.close();
    server.closeAllConnections();
  };
  return gateway;
}

test("a world that is killed under load has every text that it took and sends every webhook that it owes", async () => {
  const gateway = await countingGateway();
  const beginning = BEGINNING.map((entry) =>
    entry.type === "deployment" ? { ...entry, deployment: { ...entry.deployment, address: gateway.url } } : entry,
  );
  await writeFile(join(folder, "world.ndjson"), beginning.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  const port = await ownPort();
  const url = await start(port);
  await fetch(`${url}/world/clock`, { method: "POST", body: JSON.stringify({ advance: "P1D" }) });

  const taken: string[] = [];
  const texted: string[] = [];
  const submit = async (reference: string) => {
    const response = await fetch(`${url}/carriers/sandbox/messages`, {
      method: "POST",
      headers: { authorization: `Bearer ${ACCOUNT.secrets.apiKey}` },
      body: JSON.stringify({ from: LINE, to: PHONE, text: `text ${reference}`, reference }),
    });
    if (response.status === 201) taken.push(reference);
  };
  const text = async (words: string) => {
    const response = await fetch(`${url}/world/handsets/${PHONE}/messages`, {
      method: "POST",
      body: JSON.stringify({ to: LINE, text: words }),
    });
    if (response.ok) texted.push(words);
  };
  let count = 0;
  const load = Array.from({ length: 8 }, async () => {
    for (;;) await Promise.all([submit(`msg_${count}`), text(`words ${count++}`)]);
  });
  const ended = Promise.allSettled(load);
  await expect.poll(() => Math.min(taken.length, texted.length)).toBeGreaterThan(200);
  await kill();
  await ended;

  gateway.status = 204;
  expect(await start(port)).toBe(url);
  const get = async (path: string) => (await fetch(url + path)).json();
  const ledger: { reference: string }[] = (await get("/world/carriers/sandbox/accepted")).data;
  expect(ledger.map(({ reference }) => reference)).toEqual(expect.arrayContaining(taken));
  const phone: { text: string }[] = (await get(`/world/handsets/${PHONE}/messages`)).data;
  expect(phone.map(({ text: words }) => words)).toEqual(expect.arrayContaining(texted));
  const { clock } = await get("/world");
  expect(clock.offsetMs).toBe(86_400_000);
  const arrived = () => new Set(gateway.bodies.map((body) => JSON.parse(body).text));
  await expect.poll(() => texted.every((words) => arrived().has(words))).toBe(true);
  gateway.close();
});

test("a process that follows the world has its clock, over the world's end and beginning", async () => {
  const port = await ownPort();
  const url = await start(port);
  const attachment = await attachToWorld({ url });
  const move = (advance: string) => fetch(`${url}/world/clock`, { method: "POST", body: JSON.stringify({ advance }) });
  await move("PT1H");
  expect(attachment.clock.offsetMs).toBe(3_600_000); // the world answered after it was followed
  await kill();
  await start(port);
  await expect
    .poll(async () => {
      await move("PT1S");
      return attachment.clock.offsetMs;
    })
    .toBeGreaterThan(3_600_000);
  await attachment.close();
});

test("a second world on the same folder is refused by the name of the first", async () => {
  await start();
  const second = spawn(process.execPath, [fileURLToPath(new URL("./world-process.ts", import.meta.url)), folder]);
  const errors: Buffer[] = [];
  second.stderr.on("data", (part: Buffer) => errors.push(part));
  const [code] = await once(second, "close"); // when all that it said has been read
  expect(code).not.toBe(0);
  expect(Buffer.concat(errors).toString()).toContain(String(child.pid));
});

test("only this machine is followed", async () => {
  await expect(attachToWorld({ url: "http://192.0.2.7:4081" })).rejects.toThrow(/must be on this machine/);
  await expect(attachToWorld({ url: "http://127.0.0.1:1" })).rejects.toThrow(/Start one with: trunkline sandbox/);
});

test("a request that names another host is turned away", async () => {
  const url = await start();
  const { port } = new URL(url);
  const { request } = await import("node:http");
  const status = await new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path: "/world", headers: { host: "rebound.example" } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on("error", reject)
      .end();
  });
  expect(status).toBe(403);
});
