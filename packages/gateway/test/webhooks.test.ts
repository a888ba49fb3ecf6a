import type { CreatedKey, Page, Problem, Webhook, WebhookWithSecret } from "@trunkline/protocol";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

eachStore((store) => {
  let world: TestGateway;
  let acme: TestTenant;
  let tenants = 0;

  beforeAll(async () => {
    world = await testGateway(store);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    acme = await world.newTenant(`acme ${tenants++}`);
  });

  const URL_OK = "https://crm.example.com/hooks";
  const create = (body: object = {}) =>
    made<WebhookWithSecret>(acme.call("POST", "/v1/webhooks", { url: URL_OK, events: ["message.*"], ...body }));

  test("a webhook is made, read, changed and deleted, and its secret is shown once", async () => {
    const { secret, ...hook } = await create({ description: "CRM" });
    expect(atob(secret.replace(/^whsec_/, ""))).toHaveLength(32);
    expect(hook).toMatchObject({
      url: URL_OK,
      events: ["message.*"],
      description: "CRM",
      enabled: true,
      disabled: null,
    });
    const path = `/v1/webhooks/${hook.id}`;
    expect(await made(acme.call("GET", path))).toEqual(hook);
    expect((await made<Page<Webhook>>(acme.call("GET", "/v1/webhooks"))).data).toEqual([hook]);

    const changed = await made<Webhook>(acme.call("PATCH", path, { events: ["*"], description: null }));
    expect(changed).toMatchObject({ url: URL_OK, events: ["*"], description: null });
    expect(changed.updatedAt > hook.updatedAt).toBe(true);
    const paused = await made<Webhook>(acme.call("PATCH", path, { enabled: false }));
    expect(paused).toMatchObject({ enabled: false, disabled: { reason: "paused" } });
    expect(await made(acme.call("PATCH", path, { enabled: true }))).toMatchObject({ enabled: true, disabled: null });

    expect((await acme.call("DELETE", path)).status).toBe(204);
    for (const [method, below, body] of [
      ["GET", ""],
      ["PATCH", "", { events: ["*"] }],
      ["DELETE", ""],
      ["POST", "/rotate-secret"],
      ["POST", "/test"],
      ["POST", "/replay", { from: "2026-03-03T00:00:00Z" }],
      ["GET", "/deliveries"],
    ] as const) {
      expect((await acme.call(method, path + below, body)).status, below).toBe(404);
    }
  });

  test("a secret is sealed at rest, and another one comes with each rotation", async () => {
    const { id, secret } = await create();
    const rotated = await made<WebhookWithSecret>(acme.call("POST", `/v1/webhooks/${id}/rotate-secret`));
    expect(rotated.secret).not.toBe(secret);
    expect(rotated.formerSecretUntil).toBe("2026-03-04T09:00:00.000Z");
    const rows = await world.database.tenant(acme.tenant.id, (tx) =>
      tx.selectFrom("webhooks").select(["secret", "former_secret"]).execute(),
    );
    const raw = Buffer.concat(rows.flatMap((row) => [row.secret, row.former_secret ?? new Uint8Array()]));
    for (const one of [secret, rotated.secret]) {
      expect(raw.includes(one)).toBe(false);
      expect(raw.includes(Buffer.from(one.slice(6), "base64"))).toBe(false);
    }
    expect(JSON.stringify(await made(acme.call("GET", `/v1/webhooks/${id}`)))).not.toContain(rotated.secret);
  });

  test.each([
    "http://crm.example.com/hooks",
    "ftp://crm.example.com/",
    "https://user:secret@crm.example.com/",
    "https://crm.example.com/#here",
    "https://10.0.0.7/hooks",
    "https://[fd00::1]/",
    "https://169.254.169.254/latest/meta-data",
    "nonsense",
    `https://crm.example.com/${"x".repeat(2000)}`,
  ])("the address %s is refused in plain words", async (url) => {
    const { status, body } = await acme.call<Problem>("POST", "/v1/webhooks", { url, events: ["*"] });
    expect({ status, code: body.code, paths: body.issues?.map(({ path }) => path) }).toEqual({
      status: 422,
      code: "invalid_input",
      paths: [["url"]],
    });
    const { id } = await create();
    expect((await acme.call("PATCH", `/v1/webhooks/${id}`, { url })).status).toBe(422);
  });

  test("events that nobody knows are refused, and none are, too", async () => {
    for (const events of [["message.creatd"], ["mesage.*"], [""], [], ["message*"], [".*"], ["message.created", 7]]) {
      expect((await acme.call("POST", "/v1/webhooks", { url: URL_OK, events })).status, `${events}`).toBe(422);
    }
  });

  test("only admins and owners may, and nobody is sent what they may not read", async () => {
    const { id } = await create();
    const { owner, admin, member, viewer } = acme.users;
    for (const { call } of [owner, admin]) expect((await call("GET", `/v1/webhooks/${id}`)).status).toBe(200);
    for (const { call } of [member, viewer]) {
      expect((await call("GET", "/v1/webhooks")).status).toBe(403);
      expect((await call("POST", "/v1/webhooks", { url: URL_OK, events: ["*"] })).status).toBe(403);
    }
    const narrow = await made<CreatedKey>(
      acme.call("POST", "/v1/keys", { name: "n", scopes: ["webhooks.write", "lines.read"] }),
    );
    const call = world.as(narrow.key);
    expect((await call("POST", "/v1/webhooks", { url: URL_OK, events: ["line.*"] })).status).toBe(201);
    for (const events of [["message.created"], ["*"]]) {
      const { status, body } = await call<Problem>("POST", "/v1/webhooks", { url: URL_OK, events });
      expect({ status, detail: body.detail }).toEqual({
        status: 403,
        detail: expect.stringContaining("conversations.read"),
      });
      expect((await call("PATCH", `/v1/webhooks/${id}`, { events })).status).toBe(403);
    }
    const session = { user: { externalId: "admin", name: "A" }, scope: { assignedOnly: true } };
    const { token } = await made<{ token: string }>(acme.call("POST", "/v1/sessions", session));
    expect((await world.as(token)("POST", "/v1/webhooks", { url: URL_OK, events: ["*"] })).status).toBe(403);
  });

  test("pages list the newest first", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.unshift((await create()).id);
    const first = await made<Page<Webhook>>(acme.call("GET", "/v1/webhooks?limit=2"));
    const second = await made<Page<Webhook>>(
      acme.call("GET", `/v1/webhooks?limit=2&cursor=${encodeURIComponent(first.nextCursor ?? "")}`),
    );
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids);
    expect(second.nextCursor).toBeNull();
  });

  test("a replay needs a range that has passed, and a webhook that is on", async () => {
    const { id } = await create();
    const replay = (body: object) => acme.call("POST", `/v1/webhooks/${id}/replay`, body);
    expect((await replay({})).status).toBe(422);
    expect((await replay({ from: "2026-03-04T00:00:00Z" })).status).toBe(422);
    expect((await replay({ from: "2026-03-02T00:00:00Z", to: "2026-03-01T00:00:00Z" })).status).toBe(422);
    expect(await replay({ from: "2026-03-03T10:00:00+02:00" })).toMatchObject({
      status: 202,
      body: { from: "2026-03-03T08:00:00.000Z", to: "2026-03-03T09:00:00.000Z" },
    });
    await made(acme.call("PATCH", `/v1/webhooks/${id}`, { enabled: false }));
    expect(await replay({ from: "2026-03-03T08:00:00Z" })).toMatchObject({ status: 409, body: { code: "conflict" } });
  });
});
