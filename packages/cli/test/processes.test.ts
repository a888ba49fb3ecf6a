import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ownPort } from "../../../scripts/lib/own-port.ts";
import { type Program, runTrunkline, startTrunkline, trunkline } from "./support/program.ts";

const PHONE = "+14255550123";

let folder: string;
let world: Program;
let gateway: Program;
let data: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "trunkline-cli-"));
  data = join(folder, "gateway");
  world = await startTrunkline(["sandbox", "--port", String(await ownPort()), "--data", join(folder, "world")]);
  gateway = await startTrunkline(["start", "--port", "0", "--data", data, "--sandbox", world.url]);
});
afterAll(async () => {
  await gateway.kill();
  await world.kill();
  await rm(folder, { recursive: true, force: true });
});

const ask = async (path: string, body?: object) => {
  const response = await fetch(world.url + path, body ? { method: "POST", body: JSON.stringify(body) } : {});
  return response.json();
};
const admin = (...args: string[]) => trunkline([...args, "--gateway", gateway.url, "--data", data]);

test("standard output holds one line and nothing else, logs go to standard error", () => {
  expect(world.stdout()).toBe(`sandbox listening on ${world.url}\n`);
  expect(gateway.stdout()).toBe(`trunkline listening on ${gateway.url}\n`);
  expect(gateway.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(gateway.stderr()).toContain("gateway started");
});

test("the operator key is kept for its owner alone, and its place is told once", async () => {
  const path = join(data, "operator.key");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await readFile(path, "utf8")).trim()).toMatch(/^tlo_/);
  expect(gateway.stderr().split(path)).toHaveLength(2);
});

test("a gateway in a sandbox is seeded when its line is printed", async () => {
  const { gateway: address, operatorKey, tenants, carriers } = await ask("/world");
  expect(address).toBe(gateway.url);
  expect(operatorKey).toBe((await readFile(join(data, "operator.key"), "utf8")).trim());
  expect(tenants.length).toBeGreaterThanOrEqual(2);
  expect(carriers.sandbox.numbers).toContain(tenants[0].lines[0].number);
});

test("a second start on the same directory is refused and names the first", async () => {
  const { code, stdout, stderr } = await trunkline(["start", "--port", "0", "--data", data, "--sandbox", world.url]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(String(gateway.pid));
});

test("everything that a tenant has is written into a file for its owner alone, and over no other", async () => {
  const { tenants } = await ask("/world");
  const id: string = tenants[0].tenantId;
  const file = join(folder, "acme.ndjson");
  const exported = await admin("tenants", "export", id, "--out", file);
  expect(exported.code, exported.stderr).toBe(0);
  expect(exported.stderr).toMatch(/is in .*acme\.ndjson: \d+ rows/);
  expect((await readFile(file, "utf8")).trimEnd().split("\n").at(-1)).toMatch(/^\{"kind":"end"/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const again = await admin("tenants", "export", id, "--out", file);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("there already")]);
});

test("tenants, keys and users are told, made and taken away", async () => {
  const created = await admin("tenants", "create", "--name", "Acme Dental", "--external-id", "acme", "--json");
  expect(created.code, created.stderr).toBe(0);
  expect(JSON.parse(created.stdout)).toMatchObject({ name: "Acme Dental", externalId: "acme" });
  expect((await admin("tenants", "list")).stdout).toMatch(/^ID +YOUR ID +NAME.*\n(?:.*\n)*ten_\w+ +acme +Acme Dental/);

  const limited = await admin(
    "tenants",
    "limits",
    "ext:acme",
    "--texts-per-day",
    "5000",
    "--requests-per-second",
    "50",
  );
  expect(limited.stdout).toMatch(/REQUESTS PER SECOND +50\nTEXTS PER DAY +5000/);
  const lifted = await admin("tenants", "limits", "ext:acme", "--texts-per-day", "none", "--json");
  expect(JSON.parse(lifted.stdout)).toMatchObject({ limits: { textsPerDay: null, requestsPerSecond: 50 } });
  expect((await admin("tenants", "limits", "ext:acme")).stdout).toMatch(/50\nTEXTS PER DAY +no cap/);
  expect((await admin("tenants", "limits", "ext:acme", "--texts-per-day", "many")).code).toBe(2);

  const key = JSON.parse((await admin("keys", "create", "--tenant", "ext:acme", "--name", "CRM", "--json")).stdout);
  expect(key.key).toMatch(/^tlk_/);
  const listed = await trunkline(["keys", "list", "--gateway", gateway.url, "--key", key.key]);
  expect(listed.stdout).toContain(key.id);
  expect(listed.stdout).not.toContain(key.key);

  const user = ["--tenant", "ext:acme", "--json"];
  const made = await admin("users", "create", "--external-id", "7", "--name", "Kim Park", "--role", "admin", ...user);
  expect(JSON.parse(made.stdout)).toMatchObject({ externalId: "7", role: "admin", suspended: false });
  const changed = await admin("users", "update", "ext:7", "--role", "viewer", "--suspend", ...user);
  expect(JSON.parse(changed.stdout)).toMatchObject({ role: "viewer", suspended: true });

  expect((await admin("tenants", "delete", "ext:acme")).code).toBe(2);
  expect((await admin("tenants", "delete", "ext:acme", "--yes")).code).toBe(0);
  const gone = await admin("tenants", "get", "ext:acme");
  expect({ code: gone.code, told: gone.stderr.includes("not_found") }).toEqual({ code: 1, told: true });
  const nobody = await admin("keys", "list");
  expect({ code: nobody.code, hint: nobody.stderr.includes("--tenant") }).toEqual({ code: 1, hint: true });
});

test("listen sends events on to an application, tries again, and prints a line for each try", async () => {
  const received: { id: string | undefined; type: string; text: string }[] = [];
  const application = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const { type, data: message } = JSON.parse(body);
      received.push({ id: request.headers["webhook-id"] as string, type, text: message.text });
      response.writeHead(received.length === 1 ? 500 : 204).end();
    });
  });
  await new Promise<void>((resolve) => application.listen(0, "127.0.0.1", resolve));
  const { port } = application.address() as AddressInfo;
  const { tenants } = await ask("/world");
  const listening = runTrunkline([
    "listen",
    "--forward-to",
    `http://127.0.0.1:${port}/hooks`,
    "--events",
    "message.created",
    "--gateway",
    gateway.url,
    "--key",
    tenants[0].apiKey,
  ]);
  await expect.poll(() => listening.stderr()).toContain("Sending message.created");
  // The stream opens a moment after; texts come until one is seen.
  await expect
    .poll(async () => {
      await ask(`/world/handsets/${PHONE}/messages`, {
        to: tenants[0].lines[0].number,
        text: "Hello from the phone",
      });
      return received.length;
    })
    .toBeGreaterThan(1);
  expect(received[1]).toEqual(received[0]); // the first try was answered 500
  expect(received[0]).toMatchObject({
    id: expect.stringMatching(/^evt_/),
    type: "message.created",
    text: "Hello from the phone",
  });
  await expect
    .poll(() => listening.stdout())
    .toMatch(/message\.created {2}evt_\w+ {2}500 .*again in 200 ms\n.*message\.created {2}evt_\w+ {2}204/);
  expect((await listening.terminate()).code).toBe(0);
  application.close();
  application.closeAllConnections();
});

test("SIGTERM ends both in good order, and both go on where they stopped", async () => {
  const before = await ask("/world");
  expect((await gateway.terminate()).code).toBe(0);
  expect((await world.terminate()).code).toBe(0);
  const { port } = new URL(world.url);
  world = await startTrunkline(["sandbox", "--port", port, "--data", join(folder, "world")]);
  gateway = await startTrunkline(["start", "--port", "0", "--data", data, "--sandbox", world.url]);
  const after = await ask("/world");
  expect(after.tenants).toEqual(before.tenants);
  expect(after.gateway).toBe(gateway.url);
  expect(gateway.stderr()).not.toContain("operator.key");
});

test("a sandbox is refused where it does not belong", async () => {
  const refused = async (...args: string[]) => {
    const { code, stdout, stderr } = await trunkline(["start", "--port", "0", ...args]);
    return { code, stdout, stderr };
  };
  const own = ["--data", join(folder, "other")];
  expect(await refused(...own, "--host", "0.0.0.0", "--sandbox", world.url)).toMatchObject({ code: 2, stdout: "" });
  expect(await refused(...own, "--sandbox", "http://192.0.2.1:4081")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("must be on this machine"),
  });
  expect(await refused(...own, "--host", "0.0.0.0")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("needs a master key"),
  });

  const production = await startTrunkline(["start", "--port", "0", ...own]);
  await production.terminate();
  expect(await refused(...own, "--sandbox", world.url)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("was not made by a sandbox"),
  });
  await gateway.terminate();
  expect(await refused("--data", data)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("was made by a sandbox"),
  });
});
