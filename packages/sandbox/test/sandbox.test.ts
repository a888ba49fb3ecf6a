import { afterAll, beforeAll, expect, test } from "vitest";
import { createSandbox, type Sandbox } from "../src/node/index.ts";

const NOW = "2026-11-02T09:00:00Z";
const PHONE = "+14255550123";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ now: NOW });
});
afterAll(() => sandbox.close());

const call = async (path: string, { token, ...init }: RequestInit & { token: string }) => {
  const response = await sandbox.fetch(sandbox.url + path, {
    ...init,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
  });
  return { status: response.status, body: await response.json() };
};
const asUser = async (name: string) => (await sandbox.auth(name).token()).token;

test("two companies at least, each with an owner who has all lines, and numbers that are nobody's", () => {
  expect(sandbox.tenants.length).toBeGreaterThanOrEqual(2);
  expect(sandbox.lines.length).toBeGreaterThanOrEqual(2);
  expect(sandbox.lines[0]).toMatchObject({ number: "+12065550100", carrier: "sandbox" });
  for (const { users } of sandbox.tenants) expect(users[0]?.role).toBe("owner");
});

test.each(["ada", "Ada", "usr"])(
  "a session is had for a user by id, by external id or by first name: %s",
  async (name) => {
    const token = await asUser(name === "usr" ? String(sandbox.users[0]?.id) : name);
    const { status, body } = await call("/v1/me", { token });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      role: "owner",
      user: { externalId: "ada" },
      tenant: { id: sandbox.tenants[0]?.tenantId },
    });
  },
);

test("nobody is let in who is not there, and it is said who is", () => {
  expect(() => sandbox.auth("zoe")).toThrow(/nobody is called "zoe".*ada/);
});

test("the world mints sessions, too", async () => {
  const response = await sandbox.fetch(`${sandbox.worldUrl}/world/sessions`, {
    method: "POST",
    body: JSON.stringify({ userId: sandbox.tenants[1]?.users[0]?.id }),
  });
  expect(response.status).toBe(201);
  const { body } = await call("/v1/me", { token: (await response.json()).token });
  expect(body.tenant.id).toBe(sandbox.tenants[1]?.tenantId);
});

test("a text travels from a phone to a user and back, and the ticks follow the clock", async () => {
  const [line] = sandbox.lines;
  const token = await asUser("ada");
  const sent = await sandbox.handset(PHONE).text(String(line?.number), "Hello");
  expect(sent.webhook).toMatchObject({ kind: "answered", status: expect.toSatisfy((code) => code < 300) });
  const { body: list } = await call("/v1/conversations", { token });
  const [conversation] = list.data;
  expect(conversation).toMatchObject({ lineId: line?.id, lastMessage: { text: "Hello", direction: "inbound" } });

  const path = `/v1/conversations/${conversation.id}/messages`;
  const { status, body: message } = await call(path, { method: "POST", token, body: JSON.stringify({ text: "Hi!" }) });
  expect(status).toBe(202);
  const now = async () => (await call(`/v1/messages/${message.id}`, { token })).body.status;
  await sandbox.idle();
  expect(sandbox.carrier("sandbox").accepted).toMatchObject([{ reference: message.id, to: PHONE, text: "Hi!" }]);
  expect(sandbox.handset(PHONE).messages()).toMatchObject([
    { direction: "sent" },
    { direction: "received", text: "Hi!" },
  ]);
  await sandbox.clock.advance("PT15S");
  expect(await now()).toBe("delivered");
  expect(sandbox.clock.now()).toEqual(new Date("2026-11-02T09:00:15Z"));
});

test("a clock that is moved over a slow carrier and a refusal brings all to its end", async () => {
  const token = await asUser("ada");
  const send = async (text: string) =>
    (
      await call("/v1/messages", {
        method: "POST",
        token,
        body: JSON.stringify({ from: sandbox.lines[0]?.number, to: PHONE, text }),
      })
    ).body.id;
  const status = async (id: string) => (await call(`/v1/messages/${id}`, { token })).body.status;
  await sandbox.carrier("sandbox").configure({ latencyMs: 2000 });
  const slow = await send("slow");
  await sandbox.clock.advance("PT1S");
  expect(await status(slow)).toBe("sending");
  await sandbox.clock.advance("PT5S");
  expect(await status(slow)).toBe("delivered");
  await sandbox.carrier("sandbox").configure({ errorCode: "landline" });
  const refused = await send("refused");
  await sandbox.clock.advance("PT5S");
  expect(await status(refused)).toBe("failed");
  const shown = sandbox.handset(PHONE).messages().length;
  await sandbox.carrier("sandbox").configure({ receipts: "undelivered", errorCode: "landline" });
  const lost = await send("lost");
  await sandbox.clock.advance("PT5S");
  expect((await call(`/v1/messages/${lost}`, { token })).body).toMatchObject({
    status: "undelivered",
    failure: { code: "landline" },
  });
  expect(sandbox.handset(PHONE).messages()).toHaveLength(shown);
  await sandbox.carrier("sandbox").configure({});
});

test("a duration that is none is refused with what would be one", async () => {
  await expect(sandbox.clock.advance("15s")).rejects.toThrow(/PT15S/);
});
