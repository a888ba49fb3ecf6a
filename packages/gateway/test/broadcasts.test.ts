import type {
  AnyEvent,
  Broadcast,
  BroadcastRecipient,
  Conversation,
  EventPage,
  Message,
  Page,
} from "@trunkline/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PlainCarrier, plainCarrier, webhook } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { type Caller, made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const phone = (index: number) => `+1425555${String(index).padStart(4, "0")}`;
const phones = (count: number) => Array.from({ length: count }, (_, index) => ({ to: phone(index) }));

eachStore((store) => {
  let world: TestGateway;
  let acme: TestTenant;
  let carrier: PlainCarrier;
  let tenants = 0;

  beforeAll(async () => {
    carrier = plainCarrier();
    world = await testGateway(store, { fetch: carrier.fetch });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    acme = await world.newTenant(`acme ${tenants++}`);
    carrier.taken.length = 0;
    carrier.script.length = 0;
    carrier.beforeAnswer = async () => undefined;
  });
  afterEach(() => world.gateway.idle()); // nothing of one test reaches the carrier in the next

  const create = (body: object, headers: Record<string, string> = {}, call: Caller = acme.call) =>
    call<Broadcast>("POST", "/v1/broadcasts", { lineId: acme.line.id, text: "Hello", ...body }, headers);
  const get = (id: string) => made<Broadcast>(acme.call("GET", `/v1/broadcasts/${id}`));
  const verb = (id: string, word: string) => acme.call<Broadcast>("POST", `/v1/broadcasts/${id}/${word}`);
  const settle = () => world.gateway.idle();

  async function recipients(id: string, query = ""): Promise<BroadcastRecipient[]> {
    const found: BroadcastRecipient[] = [];
    for (let cursor = ""; ; ) {
      const path = `/v1/broadcasts/${id}/recipients?limit=200${query}${cursor}`;
      const { data, nextCursor } = await made<Page<BroadcastRecipient>>(acme.call("GET", path));
      found.push(...data);
      if (nextCursor === null) return found;
      cursor = `&cursor=${nextCursor}`;
    }
  }

  async function told(id: string): Promise<Broadcast[]> {
    const events: AnyEvent[] = [];
    for (let after = ""; ; ) {
      const path = `/v1/events?limit=200&types=broadcast.*${after}`;
      const page = await made<EventPage>(acme.call("GET", path, undefined, { accept: "application/json" }));
      events.push(...page.data);
      if (!page.hasMore) break;
      after = `&after=${page.cursor}`;
    }
    return events.flatMap((event) => (event.type === "broadcast.updated" && event.data.id === id ? [event.data] : []));
  }

  test("everybody gets their own words once, however many they are, and the end is told", async () => {
    const people = phones(1300).map(({ to }, index) => ({ to, variables: { name: `N${index}` } }));
    const answer = await create({ text: "Hi {{name}}, see you", recipients: people, name: "Spring" });
    expect(answer).toMatchObject({ status: 202, body: { state: "running", name: "Spring", counts: { total: 1300 } } });
    await settle();
    const broadcast = await get(answer.body.id);
    expect(broadcast).toMatchObject({
      state: "completed",
      counts: { total: 1300, waiting: 0, sending: 1300, delivered: 0, failed: 0, skipped: 0, canceled: 0 },
    });
    expect(carrier.taken).toHaveLength(1300);
    const texts = new Map(carrier.taken.map(({ to, text }) => [to, text]));
    for (const [index, { to }] of people.entries()) expect(texts.get(to)).toBe(`Hi N${index}, see you`);
    const results = await recipients(broadcast.id);
    expect(results.map(({ index }) => index)).toEqual(people.map((_, index) => index));
    expect(new Set(results.map(({ messageId }) => messageId)).size).toBe(1300);
    expect(results.every(({ state, failure }) => state === "sent" && failure === null)).toBe(true);
    const message = await acme.call<Message>("GET", `/v1/messages/${results[7]?.messageId}`);
    expect(message.body).toMatchObject({ broadcastId: broadcast.id, to: phone(7), author: broadcast.author });
    expect((await told(broadcast.id)).map(({ state }) => state)).toEqual(["running", "completed"]);
  });

  test("numbers are read as the line's country writes them; what cannot be texted is skipped with its reason", async () => {
    const { body } = await create({
      text: "Hi {{name}}",
      recipients: [
        { to: "(425) 555-0101", variables: { name: "Ada" } },
        { to: "+14255550101", variables: { name: "Ada again" } },
        { to: "+1 425", variables: { name: "Nobody" } },
        { to: "+14255550102" },
        { to: "+14255550102", variables: { name: "Bo" } },
        { to: "+14255550103", variables: { name: "x".repeat(500) } },
        { to: "ACME", variables: { name: "A name" } },
      ],
    });
    expect(body.counts).toMatchObject({ total: 7, skipped: 4, waiting: 3 });
    await settle();
    const results = await recipients(body.id);
    expect(results.map(({ state, failure }) => failure?.code ?? state)).toEqual([
      "sent",
      "duplicate_recipient",
      "invalid_number",
      "missing_variables",
      "sent",
      "sent",
      "invalid_number",
    ]);
    expect(results[0]?.to).toBe("+14255550101");
    expect(results[3]?.failure?.message).toContain("name");
    expect(await recipients(body.id, "&state=skipped")).toHaveLength(4);
    expect(await recipients(body.id, "&state=sent")).toHaveLength(3);
    expect((await get(body.id)).counts).toMatchObject({ sending: 3, skipped: 4, waiting: 0 });
  });

  test("a broadcast in which nobody can be texted is over at once", async () => {
    const { body } = await create({ recipients: [{ to: "nobody" }] });
    await settle();
    expect(await get(body.id)).toMatchObject({ state: "completed", counts: { total: 1, skipped: 1 } });
  });

  test("a template's words are those of the moment, in each recipient's language", async () => {
    const template = await made<{ id: string }>(
      acme.call("POST", "/v1/templates", {
        name: "Ready",
        text: "Ready, {{name|friend}}",
        locale: "en",
        variants: [{ locale: "es", text: "Listo, {{name|amigo}}" }],
      }),
    );
    const sendAt = new Date(world.clock.now() + 60_000).toISOString();
    const { body } = await create({
      text: undefined,
      templateId: template.id,
      sendAt,
      recipients: [{ to: phone(1), locale: "es-MX", variables: { name: "Eva" } }, { to: phone(2) }],
    });
    await made(acme.call("PATCH", `/v1/templates/${template.id}`, { text: "Changed" }));
    world.clock.advance(60_000);
    await settle();
    expect(body).toMatchObject({ text: null, templateId: template.id });
    expect(carrier.taken.map(({ text }) => text).sort()).toEqual(["Listo, Eva", "Ready, friend"]);
  });

  test("an Idempotency-Key makes it one broadcast, however often and at once", async () => {
    const body = { recipients: phones(30) };
    const answers = await Promise.all([1, 2, 3].map(() => create(body, { "idempotency-key": "spring" })));
    expect(new Set(answers.map(({ body: { id } }) => id)).size).toBe(1);
    await settle();
    const again = await create(body, { "idempotency-key": "spring" });
    expect(again.body.id).toBe(answers[0]?.body.id);
    expect(await create({ recipients: phones(31) }, { "idempotency-key": "spring" })).toMatchObject({
      status: 422,
      body: { code: "idempotency_key_reused" },
    });
    await settle();
    expect(carrier.taken).toHaveLength(30);
  });

  describe("at its time", () => {
    test("it begins, and not before", async () => {
      const at = world.clock.now() + 3_600_000;
      const { body } = await create({ recipients: phones(3), sendAt: new Date(at).toISOString() });
      expect(body).toMatchObject({ state: "scheduled", startedAt: null, counts: { waiting: 3 } });
      world.clock.advance(3_599_000);
      await settle();
      expect(carrier.taken).toHaveLength(0);
      world.clock.advance(1000);
      await settle();
      expect(carrier.taken).toHaveLength(3);
      expect(await get(body.id)).toMatchObject({ state: "completed", startedAt: new Date(at).toISOString() });
      expect((await told(body.id)).map(({ state }) => state)).toEqual(["scheduled", "running", "completed"]);
    });

    test("a time that has passed is refused", async () => {
      const sendAt = new Date(world.clock.now() - 1000).toISOString();
      expect(await create({ recipients: phones(1), sendAt })).toMatchObject({
        status: 422,
        body: { issues: [{ path: ["sendAt"] }] },
      });
    });

    test("pausing and resuming before it keeps the time; canceling sends nothing", async () => {
      const sendAt = new Date(world.clock.now() + 60_000).toISOString();
      const { body } = await create({ recipients: phones(2), sendAt });
      expect((await verb(body.id, "pause")).body.state).toBe("paused");
      expect((await verb(body.id, "resume")).body.state).toBe("scheduled");
      expect((await verb(body.id, "cancel")).body).toMatchObject({ state: "canceled", counts: { canceled: 2 } });
      world.clock.advance(60_000);
      await settle();
      expect(carrier.taken).toHaveLength(0);
      expect(await recipients(body.id)).toMatchObject([
        { state: "canceled", failure: { code: "broadcast_canceled" } },
        { state: "canceled", failure: { code: "broadcast_canceled" } },
      ]);
    });
  });

  describe("on a slow line", () => {
    beforeEach(() => made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { sendRate: 4 })));

    const queued = async () => {
      const rows = await world.database.tenant(acme.tenant.id, (tx) =>
        tx.selectFrom("work").select("id").where("kind", "=", "send").execute(),
      );
      return rows.length;
    };

    test("only so many texts wait in the queue, answers to people leave first, and a pause stops the rest", async () => {
      const { body } = await create({ recipients: phones(900) });
      await settle();
      expect(await queued()).toBeLessThanOrEqual(512);
      const before = carrier.taken.length;
      await made(acme.call("POST", "/v1/messages", { from: acme.line.number, to: phone(899), text: "An answer" }));
      world.clock.advance(1000);
      await settle();
      expect(carrier.taken[before]?.text).toBe("An answer");

      expect((await verb(body.id, "pause")).body.state).toBe("paused");
      expect((await verb(body.id, "pause")).status).toBe(200);
      const atPause = carrier.taken.length;
      for (let second = 0; second < 5; second++) {
        world.clock.advance(1000);
        await settle();
      }
      expect(carrier.taken.length).toBe(atPause);
      expect(await get(body.id)).toMatchObject({ state: "paused", counts: { waiting: 900 - atPause + 1 } });

      const [waiting] = await recipients(body.id, "&state=queued");
      const one = await acme.call<Message>("POST", `/v1/messages/${waiting?.messageId}/cancel`);
      expect(one.body).toMatchObject({ status: "canceled", failure: null });

      expect((await verb(body.id, "resume")).body.state).toBe("running");
      world.clock.advance(1000);
      await settle();
      expect(carrier.taken.length).toBeGreaterThan(atPause);
      await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { sendRate: null }));
      world.clock.advance(1000);
      await settle();
      expect(await get(body.id)).toMatchObject({ state: "completed", counts: { sending: 899, canceled: 1 } });
      expect(new Set(carrier.taken.map(({ reference }) => reference)).size).toBe(900);
      expect(carrier.taken).toHaveLength(900);
    });

    test("canceling takes back what has not begun, and says so for each", async () => {
      const { body } = await create({ recipients: phones(600) });
      await settle();
      const { length } = carrier.taken;
      expect((await verb(body.id, "cancel")).body).toMatchObject({
        state: "canceled",
        counts: { waiting: 0, sending: length, canceled: 600 - length },
      });
      await settle();
      world.clock.advance(60_000);
      await settle();
      expect(carrier.taken).toHaveLength(length);
      const results = await recipients(body.id, "&state=canceled");
      expect(results).toHaveLength(600 - length);
      expect(results.every(({ failure }) => failure?.code === "broadcast_canceled")).toBe(true);
      expect(results.filter(({ messageId }) => messageId !== null).length).toBeGreaterThan(0);
      expect((await verb(body.id, "cancel")).status).toBe(200);
      expect(await verb(body.id, "resume")).toMatchObject({ status: 409, body: { code: "conflict" } });
      expect(await queued()).toBe(0);
    });

    test("progress is told once a second at most", async () => {
      const { body } = await create({ recipients: phones(40) });
      const begun = world.clock.now();
      for (let step = 0; step < 30; step++) {
        world.clock.advance(250);
        await settle();
      }
      const progress = (await told(body.id)).filter(({ state }) => state === "running");
      const times = progress.map(({ updatedAt }) => Date.parse(updatedAt));
      for (const [index, time] of times.slice(1).entries())
        expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(1000);
      expect(times.length).toBeGreaterThan(3);
      expect(times.length).toBeLessThanOrEqual(2 + (world.clock.now() - begun) / 1000);
      const sending = progress.map(({ counts }) => counts.sending);
      expect(sending).toEqual([...sending].sort((a, b) => a - b));
      await verb(body.id, "cancel");
    });
  });

  describe("in full flight", () => {
    /** Says a word as soon as the carrier has taken `after` texts. */
    function sayAfter(after: number, word: string) {
      const said = Promise.withResolvers<Broadcast>();
      carrier.beforeAnswer = async () => {
        if (carrier.taken.length !== after) return;
        const { data } = await made<Page<Broadcast>>(acme.call("GET", "/v1/broadcasts"));
        said.resolve((await verb(data[0]?.id ?? "", word)).body);
      };
      return said.promise;
    }

    test("each text is either handed over or canceled", async () => {
      const saying = sayAfter(130, "cancel");
      const { body } = await create({ recipients: phones(600) });
      const canceled = await saying;
      expect(canceled.state).toBe("canceled");
      await settle();
      const results = await recipients(body.id);
      const sent = results.filter(({ state }) => state === "sent").map(({ to }) => to);
      expect(sent.toSorted()).toEqual(carrier.taken.map(({ to }) => to).toSorted());
      expect(results.filter(({ state }) => state === "canceled")).toHaveLength(600 - sent.length);
      // What the answer counts as begun is all that left.
      expect(canceled.counts.sending).toBe(sent.length);
    });

    test("a pause keeps the rest back, and after it each still gets one", async () => {
      const saying = sayAfter(130, "pause");
      const { body } = await create({ recipients: phones(600) });
      const paused = await saying;
      await settle();
      expect(carrier.taken).toHaveLength(paused.counts.sending);
      expect(await get(body.id)).toMatchObject({ state: "paused", counts: { waiting: 600 - carrier.taken.length } });
      await verb(body.id, "resume");
      await settle();
      expect(await get(body.id)).toMatchObject({ state: "completed", counts: { sending: 600 } });
      expect(new Set(carrier.taken.map(({ to }) => to)).size).toBe(600);
      expect(carrier.taken).toHaveLength(600);
    });

    test("whatever is said, by many at once, it ends in one state and nobody gets two", async () => {
      const { body } = await create({ recipients: phones(300) });
      const words = Array.from(
        { length: 24 },
        (_, index) => ["pause", "resume", "pause", "resume", "resume"][index % 5],
      );
      const answers = await Promise.all(words.map((word) => verb(body.id, word ?? "")));
      expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
      await verb(body.id, "resume");
      await settle();
      expect(await get(body.id)).toMatchObject({ state: "completed", counts: { sending: 300 } });
      expect(carrier.taken).toHaveLength(300);
      expect(new Set(carrier.taken.map(({ to }) => to)).size).toBe(300);
    });
  });

  test("a number that said STOP is skipped; one that says so while its text waits keeps it from leaving", async () => {
    let texts = 0;
    const stop = (from: string) =>
      webhook(world, acme, "messages", {
        id: `in_${++texts}`,
        from,
        to: acme.line.number,
        text: "STOP",
        media: [],
        at: new Date(world.clock.now()).toISOString(),
      });
    await stop(phone(1));
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { sendRate: 4 }));
    const { body } = await create({ recipients: phones(12) });
    await settle();
    await stop(phone(11));
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { sendRate: null }));
    world.clock.advance(1000);
    await settle();
    const results = await recipients(body.id);
    expect(results[1]).toMatchObject({ state: "skipped", messageId: null, failure: { code: "opted_out" } });
    expect(results[11]).toMatchObject({ state: "failed", failure: { code: "opted_out" } });
    expect(carrier.taken.filter(({ text }) => text === "Hello")).toHaveLength(10);
    expect(await get(body.id)).toMatchObject({
      state: "completed",
      counts: { total: 12, sending: 10, skipped: 1, failed: 1 },
    });
  });

  test("a cap on texts holds it, says until when, and lets it go on", async () => {
    await made(world.operator("PATCH", `/v1/tenants/${acme.tenant.id}`, { limits: { textsPerDay: 5 } }));
    const { body } = await create({ recipients: phones(8) });
    await settle();
    expect(carrier.taken).toHaveLength(5);
    world.clock.advance(1000); // the cap was only found to be used up by using it up
    await settle();
    const held = await get(body.id);
    expect(Date.parse(held.held?.until ?? "") - world.clock.now()).toBeGreaterThan(23 * 3_600_000);
    expect(held).toMatchObject({ state: "running", held: { code: "send_cap_reached" }, counts: { waiting: 3 } });
    expect((await told(body.id)).at(-1)?.held).toEqual(held.held);
    world.clock.advance(Date.parse(held.held?.until ?? "") - world.clock.now());
    await settle();
    expect(carrier.taken).toHaveLength(8);
    expect(await get(body.id)).toMatchObject({ state: "completed", held: null, counts: { sending: 8 } });
    expect(new Set((await recipients(body.id)).map(({ messageId }) => messageId)).size).toBe(8);
  });

  test("goes on within minutes when the cap that holds it is raised", async () => {
    const cap = (textsPerDay: number | null) =>
      made(world.operator("PATCH", `/v1/tenants/${acme.tenant.id}`, { limits: { textsPerDay } }));
    await cap(5);
    const { body } = await create({ recipients: phones(8) });
    await settle();
    world.clock.advance(1000);
    await settle();
    const held = await get(body.id);
    for (let minute = 0; minute < 3; minute++) {
      world.clock.advance(61_000);
      await settle();
    }
    expect((await get(body.id)).held, "what is still so is not told anew").toEqual(held.held);
    expect(carrier.taken).toHaveLength(5);
    await cap(null);
    for (let minute = 0; minute < 3; minute++) {
      world.clock.advance(61_000);
      await settle();
    }
    expect(carrier.taken).toHaveLength(8);
    expect(await get(body.id)).toMatchObject({ state: "completed", held: null, counts: { sending: 8 } });
  });

  test("texts held for the night count as waiting, and leave in the morning", async () => {
    await made(
      acme.call("PATCH", "/v1/tenant", {
        sending: { quietHours: { start: "00:00", end: "08:00", timeZone: "America/Los_Angeles" } },
      }),
    );
    const { body } = await create({ recipients: phones(3) }); // 01:00 there
    await settle();
    expect(await get(body.id)).toMatchObject({ state: "running", counts: { waiting: 3, sending: 0 } });
    expect(await recipients(body.id, "&state=scheduled")).toHaveLength(3);
    expect((await verb(body.id, "pause")).body).toMatchObject({ state: "paused", counts: { waiting: 3 } });
    expect((await verb(body.id, "resume")).body).toMatchObject({ state: "running" });
    world.clock.advance(7 * 3_600_000);
    await settle();
    expect(carrier.taken).toHaveLength(3);
    expect(await get(body.id)).toMatchObject({ state: "completed", counts: { sending: 3 } });
  });

  test("receipts that come after the end move the counts on, and are told", async () => {
    const { body } = await create({ recipients: phones(3) });
    await settle();
    for (const [index, { id, reference }] of carrier.taken.entries()) {
      const status = index === 0 ? "failed" : "delivered";
      const at = new Date(world.clock.now()).toISOString();
      await webhook(world, acme, "status", {
        id,
        reference,
        status,
        errorCode: index === 0 ? "unreachable" : null,
        at,
      });
    }
    world.clock.advance(1000);
    await settle();
    expect((await told(body.id)).at(-1)).toMatchObject({
      state: "completed",
      counts: { sending: 0, delivered: 2, failed: 1 },
    });
    world.clock.advance(600_000);
    await settle();
    const open = await world.database.tenant(acme.tenant.id, (tx) => tx.selectFrom("work").select("id").execute());
    expect(open).toEqual([]); // nothing is looked at for ever
    expect(await get(body.id)).toMatchObject({ counts: { delivered: 2, failed: 1 } });
    const { data } = await made<Page<Broadcast>>(acme.call("GET", "/v1/broadcasts"));
    expect(data).toMatchObject([{ id: body.id, counts: { delivered: 2, failed: 1 } }]);
  });

  test("lists are the newest first, by line and state, in pages", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) {
      ids.unshift((await create({ recipients: phones(1) })).body.id);
      world.clock.advance(5);
    }
    await settle();
    const last = await create({ recipients: phones(1), sendAt: new Date(world.clock.now() + 60_000).toISOString() });
    const list = (query: string) => made<Page<Broadcast>>(acme.call("GET", `/v1/broadcasts${query}`));
    const page = await list("?limit=2");
    expect(page.data.map(({ id }) => id)).toEqual([last.body.id, ids[0]]);
    const rest = await list(`?limit=2&cursor=${page.nextCursor}`);
    expect(rest.data.map(({ id }) => id)).toEqual(ids.slice(1));
    expect((await list("?state=completed")).data).toHaveLength(3);
    expect((await list(`?state=scheduled&lineId=${acme.line.id}`)).data.map(({ id }) => id)).toEqual([last.body.id]);
    await verb(last.body.id, "cancel");
  });

  test("members may not, other tenants see nothing, and a line that has broadcasts stays", async () => {
    const { body } = await create({ recipients: [{ to: "nobody" }] });
    await settle();
    const { member, admin } = acme.users;
    expect(await create({ recipients: phones(1) }, {}, member.call)).toMatchObject({ status: 403 });
    expect(await member.call("GET", `/v1/broadcasts/${body.id}`)).toMatchObject({ status: 403 });
    expect(await admin.call("GET", `/v1/broadcasts/${body.id}`)).toMatchObject({ status: 200 });
    const other = await world.newTenant(`other ${tenants++}`);
    for (const path of ["", "/recipients"]) {
      expect(await other.call("GET", `/v1/broadcasts/${body.id}${path}`)).toMatchObject({ status: 404 });
    }
    expect(await other.call("POST", `/v1/broadcasts/${body.id}/cancel`)).toMatchObject({ status: 404 });
    expect(await create({ recipients: phones(1) }, {}, other.call)).toMatchObject({
      status: 404,
      body: { issues: [{ path: ["lineId"] }] },
    });
    expect(await acme.call("DELETE", `/v1/lines/${acme.line.id}`)).toMatchObject({ status: 409 });
  });

  test("a call is refused as a whole only for what is wrong with the whole", async () => {
    expect(await create({ recipients: [] })).toMatchObject({ status: 422 });
    expect(await create({ recipients: phones(1), text: undefined })).toMatchObject({ status: 422 });
    expect(await create({ recipients: phones(10_001) })).toMatchObject({ status: 422 });
    const missing = "tpl_00000000000000000000000000";
    expect(await create({ recipients: phones(1), text: undefined, templateId: missing })).toMatchObject({
      status: 404,
    });
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { capabilities: { sms: false } }));
    expect(await create({ recipients: phones(1) })).toMatchObject({ status: 422, body: { code: "invalid_input" } });
  });

  test("ten thousand recipients are stored by one call", async () => {
    const sendAt = new Date(world.clock.now() + 60_000).toISOString();
    const { body } = await create({ sendAt, recipients: phones(10_000) });
    expect(body.counts).toMatchObject({ total: 10_000, waiting: 10_000 });
    expect(await recipients(body.id, "&state=waiting")).toHaveLength(10_000);
    await verb(body.id, "cancel");
    await settle();
  });

  test("its texts stand in conversations like any other", async () => {
    const { body } = await create({ recipients: phones(1) });
    await settle();
    const [result] = await recipients(body.id);
    const conversation = await made<Conversation>(acme.call("GET", `/v1/conversations/${result?.conversationId}`));
    expect(conversation.lastMessage).toMatchObject({ id: result?.messageId, text: "Hello", status: "sent" });
  });
});
