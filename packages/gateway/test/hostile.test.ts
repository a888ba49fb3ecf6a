import type { Conversation, Message, Template, Webhook } from "@trunkline/protocol";
import { type Operation, ROUTES, type RouteDefinition } from "@trunkline/protocol/routes";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod/mini";
import { eachStore } from "./support/stores.ts";
import { CREDENTIALS, made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

/** Values that some layer below is known to choke on: number ranges, dates, encodings, lengths, wrong shapes. */
const HOSTILE: unknown[] = [
  null,
  true,
  -1,
  2 ** 31,
  2 ** 53,
  1e308,
  "",
  " ",
  "a\0b",
  "\ud83d",
  "'; drop table users; --",
  "%00%ff",
  "x".repeat(5000),
  "9".repeat(400),
  "2026-99-99T99:99:99Z",
  "0000-01-01T00:00:00.000Z",
  "+294276-01-01T00:00:00.000Z",
  "ext:",
  "ext:\u202e",
  `conv_${"z".repeat(26)}`,
  "https://x.test/\u0000",
  [],
  [null],
  ["\0"],
  {},
  { "\0": "\0" },
];

type Fields = Record<string, unknown>;
const fieldsOf = (schema: z.ZodMiniType | undefined): string[] =>
  schema === undefined
    ? []
    : Object.keys((z.toJSONSchema(schema, { unrepresentable: "any" }).properties ?? {}) as Fields);

const routes = Object.entries(ROUTES) as [Operation, RouteDefinition][];

eachStore((store) => {
  let gateway: TestGateway;
  let acme: TestTenant;
  let bodies: Partial<Record<Operation, Fields>>;
  let ids: Record<string, string>;
  const failures: string[] = [];

  beforeAll(async () => {
    gateway = await testGateway(store, {
      logger: {
        error(fields, event) {
          if (event === "a request failed" && "error" in fields) failures.push(String(fields.error));
        },
        warn: () => undefined,
        info: () => undefined,
        debug: () => undefined,
      },
    });
    acme = await gateway.newTenant("acme");
    const opening = { lineId: acme.line.id, participants: ["+14255550123"] };
    const conversation = await made<Conversation>(acme.call("POST", "/v1/conversations", opening));
    const content = { text: "Hello" };
    const path = `/v1/conversations/${conversation.id}/messages`;
    const message = await made<Message>(acme.call("POST", path, content));
    const template = await made<Template>(acme.call("POST", "/v1/templates", { name: "T", text: "Hello {{name}}" }));
    const hook = { url: "https://crm.example.com/", events: ["*"] };
    const webhook = await made<Webhook>(acme.call("POST", "/v1/webhooks", hook));
    ids = {
      tenants: acme.tenant.id,
      keys: acme.key.id,
      sessions: acme.users.viewer.session.id,
      users: acme.users.viewer.id,
      "carrier-accounts": acme.account.id,
      lines: acme.line.id,
      conversations: conversation.id,
      messages: message.id,
      templates: template.id,
      webhooks: webhook.id,
    };
    bodies = {
      createTenant: { name: "T" },
      createKey: { name: "K" },
      createSession: { user: { externalId: "h", name: "H" } },
      createCarrierAccount: { carrier: "sandbox", name: "C", credentials: CREDENTIALS },
      createLine: { name: "L", carrierAccountId: acme.account.id, number: "+12065550180" },
      openConversation: opening,
      createTemplate: { name: "T", text: "Hello", variants: [{ locale: "es", text: "Hola" }] },
      createWebhook: hook,
      replayWebhook: { from: "2026-03-03T00:00:00Z" },
      markRead: { throughSequence: 1 },
      sendMessage: content,
      checkMessageTo: { from: acme.line.number, to: "+14255550123" },
      sendMessageTo: { from: acme.line.number, to: "+14255550123", ...content },
    };
  });
  afterAll(() => gateway.stop());

  const callFor = ({ access }: RouteDefinition) =>
    access === "operator" ? gateway.operator : access === "user" ? acme.users.owner.call : acme.call;
  const addressOf = ({ path }: RouteDefinition) => path.replace("{id}", ids[path.split("/")[2] ?? ""] ?? "");

  test("no value in any field of any body is a failure of ours", async () => {
    let tried = 0;
    for (const [name, route] of routes) {
      for (const field of fieldsOf(route.body)) {
        for (const value of HOSTILE) {
          const body = { ...bodies[name], [field]: value };
          const { status } = await callFor(route)(route.method, addressOf(route), body);
          expect(
            status,
            `${name}: ${JSON.stringify({ [field]: value }).slice(0, 200)}: ${failures.at(-1)}`,
          ).toBeLessThan(500);
          tried += 1;
        }
      }
    }
    expect(tried).toBeGreaterThan(1000);
    expect(failures).toEqual([]);
  });

  test("nor in any parameter of a query or a path", async () => {
    let tried = 0;
    for (const [name, route] of routes) {
      if (route.method !== "GET") continue;
      const values = HOSTILE.filter((value) => ["string", "number"].includes(typeof value)).map(String);
      for (const field of fieldsOf(route.query)) {
        for (const value of values) {
          const query = new URLSearchParams({ [field]: value });
          const { status } = await callFor(route)("GET", `${addressOf(route)}?${query}`);
          expect(status, `${name}: ${query}: ${failures.at(-1)}`).toBeLessThan(500);
          tried += 1;
        }
      }
      if (!route.path.includes("{id}")) continue;
      for (const value of values) {
        const address = route.path.replace("{id}", encodeURIComponent(value.toWellFormed()) || "%00");
        const { status } = await callFor(route)("GET", address);
        expect(status, `${name}: ${address}: ${failures.at(-1)}`).toBeLessThan(500);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(300);
    expect(failures).toEqual([]);
  });
});
