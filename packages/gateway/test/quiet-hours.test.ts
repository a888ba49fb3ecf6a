import type { EventPage, Line, Message, MessageCheck, QuietHours } from "@trunkline/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PlainCarrier, plainCarrier, webhook } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const NIGHT: QuietHours = { start: "21:00", end: "08:00" };
// Neither changes its clocks: UTC-7 and UTC-10.
const PHOENIX = "+16025550101";
const HONOLULU = "+18085550101";
const TOLL_FREE = "+18005550101";

eachStore((store) => {
  let world: TestGateway;
  let acme: TestTenant;
  let carrier: PlainCarrier;
  let tenants = 0;

  beforeAll(async () => {
    world = await testGateway(store, { fetch: (input, init) => carrier.fetch(input, init) });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    carrier = plainCarrier();
    acme = await world.newTenant(`acme ${tenants++}`);
    await goTo(5); // 22:00 in Phoenix, 19:00 in Honolulu
    await made(acme.call("PATCH", "/v1/tenant", { sending: { quietHours: NIGHT } }));
  });
  afterEach(() => world.gateway.idle());

  /** Moves the clock to the next time that it is so late in UTC. */
  const goTo = async (hour: number) => {
    const now = world.clock.now();
    world.clock.advance((hour * HOUR + DAY - (now % DAY)) % DAY || DAY);
    await world.gateway.idle();
  };
  const utc = (hour: number, daysAhead = 0) =>
    new Date(world.clock.now() - (world.clock.now() % DAY) + daysAhead * DAY + hour * HOUR).toISOString();
  const content = (to: string, more: object = {}) => ({ from: acme.line.number, to, text: "Hi", ...more });
  const send = (to: string, more: object = {}, call = acme.call) =>
    made<Message>(call("POST", "/v1/messages", content(to, more)));
  const check = (to: string, more: object = {}) =>
    made<MessageCheck>(acme.call("POST", "/v1/messages/check", content(to, more)));
  const read = ({ id }: Message) => made<Message>(acme.call("GET", `/v1/messages/${id}`));
  /** What this test's tenant has sent; others' texts may be held over from tests before. */
  const sent = () => carrier.taken.flatMap(({ from, reference }) => (from === acme.line.number ? [reference] : []));
  let inbound = 0;
  const write = async (from: string) => {
    const text = { id: `in_${inbound++}`, from, to: acme.line.number, text: "Hello?" };
    expect((await webhook(world, acme, "messages", text)).status).toBeLessThan(300);
  };

  describe("a text in the recipient's quiet hours", () => {
    test("is held, says until when, and leaves then", async () => {
      const message = await send(PHOENIX);
      expect(message).toMatchObject({
        status: "scheduled",
        sendAt: null,
        held: { code: "quiet_hours", until: utc(15) },
      });
      await world.gateway.idle();
      expect(sent()).toEqual([]);
      await goTo(15);
      expect(sent()).toEqual([message.id]);
      expect(await read(message)).toMatchObject({ status: "sent", held: null });
    });

    test("is the same that a check tells of, with the time on the recipient's clock", async () => {
      const local = utc(15).slice(0, 10);
      expect(await check(PHOENIX)).toEqual({
        canSend: true,
        reasons: [{ code: "quiet_hours", message: expect.stringContaining(`${local} at 08:00, America/Phoenix`) }],
        encoding: "gsm7",
        segments: 1,
        sendAfter: utc(15),
        timeZones: ["America/Phoenix"],
      });
      expect(await check(HONOLULU)).toMatchObject({ canSend: true, reasons: [], sendAfter: null });
    });

    test("leaves at once where it is day, and waits for the strictest zone where it may be any", async () => {
      expect(await send(HONOLULU)).toMatchObject({ status: "queued", held: null });
      expect(await send(TOLL_FREE)).toMatchObject({ status: "scheduled", held: { until: utc(18) } }); // 8 in Honolulu
    });

    test("is held in one zone for all when the hours name one, and in the tenant's when the recipient's is not known", async () => {
      const quietHours = { ...NIGHT, timeZone: "Pacific/Honolulu" };
      await made(acme.call("PATCH", "/v1/tenant", { sending: { quietHours } }));
      expect(await send(PHOENIX)).toMatchObject({ status: "queued" });
      await made(acme.call("PATCH", "/v1/tenant", { sending: { quietHours: NIGHT }, timeZone: "America/Phoenix" }));
      expect(await send("12345")).toMatchObject({ status: "scheduled", held: { until: utc(15) } });
    });

    test("leaves, or waits for another moment, as soon as the hours change", async () => {
      const message = await send(PHOENIX);
      await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { quietHours: { ...NIGHT, end: "10:00" } }));
      await world.gateway.idle();
      expect(await read(message)).toMatchObject({ status: "scheduled", held: { until: utc(17) } });
      await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { quietHours: null }));
      await world.gateway.idle();
      expect(await read(message)).toMatchObject({ status: "scheduled", held: { until: utc(15) } });
      await made(acme.call("PATCH", "/v1/tenant", { sending: { quietHours: null } }));
      await world.gateway.idle();
      expect(sent()).toEqual([message.id]);
      expect(await read(message)).toMatchObject({ status: "sent", held: null });
    });

    test("keeps the time that was asked for when the hours change", async () => {
      const message = await send(PHOENIX, { sendAt: utc(7) });
      expect(message).toMatchObject({ status: "scheduled", held: { until: utc(15) } });
      await made(world.operator("PATCH", `/v1/tenants/${acme.tenant.id}`, { sending: { quietHours: null } }));
      await world.gateway.idle();
      expect(sent()).toEqual([]);
      await goTo(7);
      expect(sent()).toEqual([message.id]);
    });

    test("can be taken back while it is held", async () => {
      const message = await send(PHOENIX);
      const canceled = await made<Message>(acme.call("POST", `/v1/messages/${message.id}/cancel`));
      expect(canceled).toMatchObject({ status: "canceled", held: null });
      await goTo(16);
      expect(sent()).toEqual([]);
    });

    test("fails in the morning when its recipient said STOP at night", async () => {
      const message = await send(PHOENIX);
      const stop = { id: `in_${inbound++}`, from: PHOENIX, to: acme.line.number, text: "STOP" };
      await webhook(world, acme, "messages", stop);
      await goTo(15);
      expect(await read(message)).toMatchObject({ status: "failed", held: null, failure: { code: "opted_out" } });
      expect(sent()).not.toContain(message.id);
    });
  });

  describe("an answer", () => {
    test("to somebody who wrote in the last 24 hours leaves at any hour", async () => {
      await write(PHOENIX);
      await goTo(4);
      expect(await send(PHOENIX)).toMatchObject({ status: "queued" });
      await goTo(5);
      await goTo(6); // more than a day since
      expect(await send(PHOENIX)).toMatchObject({ status: "scheduled" });
    });

    test("is one within the time that the hours give", async () => {
      const within = (repliesWithin: string | null) =>
        made(acme.call("PATCH", "/v1/tenant", { sending: { quietHours: { ...NIGHT, repliesWithin } } }));
      await write(PHOENIX);
      await within("PT30M");
      expect(await check(PHOENIX)).toMatchObject({ reasons: [] });
      world.clock.advance(31 * 60_000);
      expect(await check(PHOENIX)).toMatchObject({ reasons: [{ code: "quiet_hours" }] });
      await within("P1DT1H");
      expect(await check(PHOENIX)).toMatchObject({ reasons: [] });
      await within(null);
      expect(await check(PHOENIX)).toMatchObject({ reasons: [{ code: "quiet_hours" }] });
    });
  });

  describe("a line", () => {
    const change = (quietHours: QuietHours | "none" | null) =>
      made<Line>(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { quietHours }));

    test("goes by its own hours before the tenant's, or by none", async () => {
      await change("none");
      expect(await check(PHOENIX)).toMatchObject({ reasons: [] });
      await change({ start: "18:00", end: "09:00" });
      expect(await check(HONOLULU)).toMatchObject({ sendAfter: utc(19) });
      await change(null);
      expect(await check(PHOENIX)).toMatchObject({ sendAfter: utc(15) });
    });
  });

  describe("a scheduled text", () => {
    test("that is asked for at a quiet time says at once that it will wait longer", async () => {
      const sendAt = utc(14);
      expect(await send(PHOENIX, { sendAt })).toMatchObject({
        status: "scheduled",
        sendAt,
        held: { code: "quiet_hours", until: utc(15) },
      });
      expect(await send(PHOENIX, { sendAt: utc(16) })).toMatchObject({ held: null });
    });

    test("is looked at again when its time comes, by what holds then", async () => {
      await made(acme.call("PATCH", "/v1/tenant", { sending: { quietHours: null } }));
      const message = await send(PHOENIX, { sendAt: utc(6) });
      expect(message.held).toBeNull();
      await made(acme.call("PATCH", "/v1/tenant", { sending: { quietHours: NIGHT } }));
      await goTo(6);
      expect(sent()).toEqual([]);
      const held = { code: "quiet_hours", until: utc(15) };
      expect(await read(message)).toMatchObject({ status: "scheduled", held });
      const { data } = await made<EventPage>(acme.call("GET", "/v1/events?limit=200&types=message.updated"));
      expect(data.map((event) => ("held" in event.data ? event.data.held : null))).toEqual([held]);
      await goTo(15);
      expect(sent()).toEqual([message.id]);
      expect(await read(message)).toMatchObject({ status: "sent", held: null });
    });
  });

  test("a text that waits for its carrier into the night waits for the morning as well", async () => {
    await goTo(3); // 20:00 in Phoenix
    carrier.script.push(...Array.from({ length: 200 }, () => "down" as const));
    const message = await send(PHOENIX);
    await world.gateway.idle();
    for (let minutes = 0; minutes < 90; minutes++) {
      world.clock.advance(60_000);
      await world.gateway.idle();
    }
    expect(await read(message)).toMatchObject({ status: "sending", held: { code: "quiet_hours" } });
    carrier.script.length = 0;
    await goTo(14);
    expect(sent()).toEqual([]);
    await goTo(15);
    world.clock.advance(60_000);
    await world.gateway.idle();
    expect(sent()).toEqual([message.id]);
    expect(await read(message)).toMatchObject({ status: "sent", held: null });
  });

  test("hours that leave no moment for a text are refused wherever they are set", async () => {
    const never: QuietHours = {
      ...NIGHT,
      days: Object.fromEntries(
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"].map((day) => [day, "all_day"]),
      ),
    };
    const refusal = (path: string[]) => ({
      status: 422,
      body: { code: "invalid_input", issues: [{ path, message: expect.stringContaining("no moment") }] },
    });
    const sending = { quietHours: never };
    const inTenant = refusal(["sending", "quietHours"]);
    expect(await acme.call("PATCH", "/v1/tenant", { sending })).toMatchObject(inTenant);
    expect(await world.operator("PATCH", `/v1/tenants/${acme.tenant.id}`, { sending })).toMatchObject(inTenant);
    expect(await world.operator("POST", "/v1/tenants", { name: "N", sending })).toMatchObject(inTenant);
    const { line, account } = acme;
    const body = { name: "L", carrierAccountId: account.id, number: "+12065550190", quietHours: never };
    expect(await acme.call("POST", "/v1/lines", body)).toMatchObject(refusal(["quietHours"]));
    expect(await acme.call("PATCH", `/v1/lines/${line.id}`, { quietHours: never })).toMatchObject(
      refusal(["quietHours"]),
    );
    const same = { start: "08:00", end: "08:00" };
    expect((await acme.call("PATCH", "/v1/tenant", { sending: { quietHours: same } })).status).toBe(422);
  });

  test("a recipient for whom no hour fits is refused with what to do", async () => {
    // Nine hours of the day for a country of eleven zones.
    const quietHours = { start: "18:00", end: "09:00" };
    await made(acme.call("PATCH", "/v1/tenant", { sending: { quietHours, countries: ["RU"] } }));
    const answer = await acme.call("POST", "/v1/messages", content("+79031234567"));
    expect(answer).toMatchObject({ status: 422, body: { code: "quiet_hours" } });
    expect(await check("+79031234567")).toMatchObject({ canSend: false, reasons: [{ code: "quiet_hours" }] });
  });
});
