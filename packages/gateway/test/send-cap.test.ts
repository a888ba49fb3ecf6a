import type { TenantId } from "@trunkline/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSendCap, readSendCap } from "../src/limits/send-cap.ts";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, testGateway } from "./support/test-gateway.ts";

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
});
