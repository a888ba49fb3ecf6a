import type { Message, MessageCheck, Problem, Tenant, TenantId } from "@trunkline/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSendCap, readSendCap } from "../src/limits/send-cap.ts";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const HOUR = 60 * 60_000;

eachStore((store) => {
  let world: TestGateway;
  let tenants = 0;
  beforeAll(async () => {
    world = await testGateway(store);
  });
  afterAll(() => world.stop());

  async function newTenant(textsPerDay: number): Promise<TenantId> {
    const limits = { textsPerDay };
    const { id } = await made<{ id: TenantId }>(
      world.operator("POST", "/v1/tenants", { name: `Capped ${tenants++}`, limits }),
    );
    return id;
  }
  const take = (tenantId: TenantId, cap: number | null, wanted: number) =>
    world.database.tenant(tenantId, async (tx) => {
      const open = await openSendCap(tx, tenantId, cap, world.clock.now());
      let granted = 0;
      for (let n = 0; n < wanted; n++) if (open.take()) granted += 1;
      await open.write(tx);
      return granted;
    });
  const room = (tenantId: TenantId) =>
    world.database.tenant(tenantId, (tx) => readSendCap(tx, tenantId, world.clock.now()));

  test("transactions that take from one cap at the same time never take more than it holds", async () => {
    const id = await newTenant(50);
    const granted = await Promise.all(Array.from({ length: 12 }, () => take(id, 50, 7)));
    expect(granted.reduce((sum, texts) => sum + texts, 0)).toBe(50);
    expect(await room(id)).toMatchObject({ left: 0 });
  });

  test("what was taken is free again 24 hours after the end of its hour", async () => {
    const id = await newTenant(5);
    const takenAt = world.clock.now();
    expect(await take(id, 5, 9)).toBe(5);
    const freeAt = takenAt - (takenAt % HOUR) + 25 * HOUR;
    expect(await room(id)).toEqual({ left: 0, freeAt });
    world.clock.advance(freeAt - takenAt - 1);
    expect(await take(id, 5, 1)).toBe(0);
    world.clock.advance(1);
    expect(await take(id, 5, 9)).toBe(5);
  });

  test("what a transaction took that did not commit is not gone", async () => {
    const id = await newTenant(5);
    await expect(
      world.database.tenant(id, async (tx) => {
        const cap = await openSendCap(tx, id, 5, world.clock.now());
        cap.take();
        await cap.write(tx);
        throw new Error("rolled back");
      }),
    ).rejects.toThrow("rolled back");
    expect(await take(id, 5, 9)).toBe(5);
  });

  test("a tenant without a cap has no counts", async () => {
    const { id } = await made<{ id: TenantId }>(world.operator("POST", "/v1/tenants", { name: "Free" }));
    expect(await take(id, null, 1000)).toBe(1000);
    expect(await room(id)).toBeNull();
    expect(await world.database.tenant(id, (tx) => tx.selectFrom("sent_counts").selectAll().execute())).toEqual([]);
  });

  describe("a tenant with a cap", () => {
    const setCap = ({ tenant }: TestTenant, textsPerDay: number | null) =>
      made(world.operator("PATCH", `/v1/tenants/${tenant.id}`, { limits: { textsPerDay } }));
    const text = ({ call, line }: TestTenant, n: number, more: object = {}) =>
      call<Problem>("POST", "/v1/messages", {
        from: line.number,
        to: "+14255550101",
        text: `text ${n}`,
        ...more,
      });
    const check = ({ call, line }: TestTenant) =>
      call<MessageCheck>("POST", "/v1/messages/check", { from: line.number, to: "+14255550101", text: "Hello" });

    test("is refused what goes beyond it, told when to come back, and told the same when it asks before", async () => {
      const acme = await world.newTenant(`acme ${tenants++}`);
      await setCap(acme, 5);
      const answers = await Promise.all(Array.from({ length: 9 }, (_, n) => text(acme, n)));
      expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 202, 202, 202, 202, 429, 429, 429, 429]);
      const refused = answers.find(({ status }) => status === 429);
      expect(refused?.body).toMatchObject({ code: "send_cap_reached", status: 429 });
      const hour = world.clock.now() - (world.clock.now() % HOUR);
      const seconds = (hour + 25 * HOUR - world.clock.now()) / 1000;
      expect(refused?.headers.get("retry-after")).toBe(String(seconds));
      const asked = await check(acme);
      expect(asked.body).toMatchObject({ canSend: false, reasons: [{ code: "send_cap_reached" }] });
      expect(asked.body.reasons[0]?.message).toBe(refused?.body.detail);
      world.clock.advance(seconds * 1000);
      expect((await check(acme)).body).toMatchObject({ canSend: true, reasons: [] });
      expect((await text(acme, 10)).status).toBe(202);
    });

    test("has taken nothing of it by a repetition, a check, or a text that is refused for another reason", async () => {
      const acme = await world.newTenant(`acme ${tenants++}`);
      await setCap(acme, 2);
      const key = { "idempotency-key": "same" };
      const body = { from: acme.line.number, to: "+14255550101", text: "once" };
      for (let n = 0; n < 5; n++) expect((await acme.call("POST", "/v1/messages", body, key)).status).toBe(202);
      for (let n = 0; n < 5; n++) await check(acme);
      expect((await text(acme, 1, { to: acme.line.number })).status).toBe(422);
      expect((await text(acme, 2)).status).toBe(202);
      expect((await text(acme, 3)).status).toBe(429);
    });

    test("gets back what a text took that was canceled before it left, and once", async () => {
      const acme = await world.newTenant(`acme ${tenants++}`);
      await setCap(acme, 2);
      const sendAt = new Date(world.clock.now() + 30 * 60_000).toISOString();
      const first = await made<Message>(text(acme, 1, { sendAt }));
      await made(text(acme, 2));
      expect((await text(acme, 3)).status).toBe(429);
      for (let n = 0; n < 3; n++) await made(acme.call("POST", `/v1/messages/${first.id}/cancel`));
      expect((await text(acme, 4)).status).toBe(202);
      expect((await text(acme, 5)).status).toBe(429);
    });

    test("reads its limits and cannot change them; its operator can, and it holds at once", async () => {
      const acme = await world.newTenant(`acme ${tenants++}`);
      await setCap(acme, 0);
      expect((await acme.call<Tenant>("GET", "/v1/tenant")).body.limits).toEqual({
        auditDays: null,
        requestsPerSecond: null,
        textsPerDay: 0,
      });
      const own = await acme.call<Problem>("PATCH", "/v1/tenant", { limits: { textsPerDay: 1000 } });
      expect(own).toMatchObject({ status: 403, body: { code: "operator_required" } });
      const refused = await text(acme, 1);
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "3600"]);
      await setCap(acme, null);
      expect((await text(acme, 2)).status).toBe(202);
    });
  });
});
