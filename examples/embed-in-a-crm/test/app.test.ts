import type { Sandbox } from "@trunkline/sandbox";
import { createSandbox } from "@trunkline/sandbox/node";
import { apiKeyAuth, createTrunkline, sessionAuth, type Trunkline } from "@trunkline/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApp } from "../src/app.ts";

let sandbox: Sandbox;
let server: Trunkline;
let signedIn = true;

beforeAll(async () => {
  sandbox = await createSandbox({ now: "2026-11-02T09:00:00Z" });
  server = createTrunkline({
    gateway: sandbox.url,
    fetch: sandbox.fetch,
    auth: apiKeyAuth(sandbox.tenants[0]!.apiKey),
  });
});
afterAll(async () => {
  await server.close();
  await sandbox.close();
});

const app = () =>
  createApp({
    trunkline: server,
    gatewayUrl: sandbox.url,
    page: `<trunkline-inbox gateway="{gateway}"></trunkline-inbox>`,
    inbox: "export {};",
    signedIn: () => (signedIn ? { id: "me", name: "Sasha Lind" } : null),
  });
const askForSession = (headers: Record<string, string> = { "Trunkline-Session": "1" }) =>
  app().request("/api/trunkline/session", { method: "POST", headers });

test("the page names the gateway, and the bundle is a script", async () => {
  expect(await (await app().request("/")).text()).toContain(`gateway="${sandbox.url}"`);
  expect((await app().request("/trunkline-inbox.js")).headers.get("content-type")).toMatch(/^text\/javascript/);
});

test("the session that the route mints reads what a phone has texted", async () => {
  await sandbox.handset("+14255550123").text(sandbox.lines[0]!.number, "Is my order ready?");
  const browser = createTrunkline({
    gateway: sandbox.url,
    fetch: sandbox.fetch,
    auth: sessionAuth(async () => (await askForSession()).json()),
  });
  const { data } = await browser.conversations.list().page();
  expect(data[0]?.lastMessage?.text).toBe("Is my order ready?");
  expect((await browser.me.get()).user?.name).toBe("Sasha Lind");
  await browser.close();
});

test("a form of another site gets no session, nor does a stranger", async () => {
  expect((await askForSession({})).status).toBe(403);
  signedIn = false;
  expect((await askForSession()).status).toBe(401);
  signedIn = true;
});
