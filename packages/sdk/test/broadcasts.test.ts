import { expect, test } from "vitest";
import { apiKeyAuth, type Broadcast, type BroadcastId, type RecipientState, type Trunkline } from "../src/index.ts";
import { watch } from "./client.ts";
import { eventually, withGateway } from "./sandbox.ts";

/* One text to many, against the real gateway. */

const world = withGateway();
const inHours = (hours: number) => new Date(world.sandbox.clock.now().getTime() + hours * 3_600_000).toISOString();

async function statesOf(trunkline: Trunkline, id: BroadcastId): Promise<RecipientState[]> {
  const states: RecipientState[] = [];
  for await (const { state } of trunkline.broadcasts.recipients(id, { limit: 2 })) states.push(state);
  return states;
}

test("a broadcast runs to its end; its live item and each recipient tell how it went", async () => {
  const trunkline = world.server();
  const [first, second] = [world.newNumber(), world.newNumber()];
  const heard: Broadcast[] = [];
  trunkline.events.on("broadcast.updated", ({ data }) => heard.push(data));
  await eventually(() => expect(trunkline.connection.getSnapshot().state).toBe("live"));
  const made = await trunkline.broadcasts.create({
    name: "Spring",
    lineId: world.line.id,
    text: "Hi {{name}}, we open on Monday.",
    recipients: [
      { to: first, variables: { name: "Eva" } },
      { to: second, variables: { name: "Tom" } },
      { to: second, variables: { name: "Tom" } },
      { to: "12", variables: { name: "Nobody" } },
      { to: world.newNumber() },
    ],
  });
  expect(made).toMatchObject({ name: "Spring", counts: { total: 5 } });
  const live = trunkline.broadcasts.live(made.id);
  watch(live);
  await eventually(() => expect(live.getSnapshot()).toMatchObject({ status: "ready", data: { id: made.id } }));
  await world.sandbox.clock.advance("PT1M");
  await eventually(() =>
    expect(live.getSnapshot().data).toMatchObject({
      state: "completed",
      counts: { total: 5, waiting: 0, sending: 0, delivered: 2, failed: 0, skipped: 3, canceled: 0 },
    }),
  );
  await expect(trunkline.broadcasts.get(made.id)).resolves.toEqual(live.getSnapshot().data);
  await eventually(() => expect(heard.at(-1)).toEqual(live.getSnapshot().data));
  expect(await statesOf(trunkline, made.id)).toEqual(["delivered", "delivered", "skipped", "skipped", "skipped"]);
  const skipped = await trunkline.broadcasts.recipients(made.id, { state: "skipped" }).page();
  expect(skipped.data.map(({ index, failure }) => [index, failure?.code])).toEqual([
    [2, "duplicate_recipient"],
    [3, "invalid_number"],
    [4, "missing_variables"],
  ]);
  expect(world.sandbox.handset(first).messages().at(-1)?.text).toBe("Hi Eva, we open on Monday.");
});

test("whatever is cut while it runs, the live item ends as the gateway has it", async () => {
  const { wire, trunkline } = world.connect({ auth: apiKeyAuth(world.sandbox.tenants[0]?.apiKey ?? "") });
  const recipients = Array.from({ length: 30 }, () => ({ to: world.newNumber() }));
  const sendAt = inHours(1);
  const { id } = await trunkline.broadcasts.create({ lineId: world.line.id, text: "Cut", sendAt, recipients });
  const live = trunkline.broadcasts.live(id);
  watch(live);
  await eventually(() => expect(live.getSnapshot().data?.state).toBe("scheduled"));
  for (let round = 1; round <= 12; round += 1) {
    wire.cutAfterBytes = 1 + round * 211;
    if (round % 2 === 0) wire.cut();
    await world.sandbox.clock.advance(round === 1 ? "PT59M59S" : "PT2S");
  }
  await eventually(async () => {
    expect(live.getSnapshot().data).toMatchObject({ state: "completed", counts: { delivered: 30 } });
    expect(live.getSnapshot().data).toEqual(await trunkline.broadcasts.get(id));
  });
});

test("a broadcast made twice under one key is one", async () => {
  const trunkline = world.server();
  const input = { lineId: world.line.id, text: "Once", recipients: [{ to: world.newNumber() }] };
  const [one, two] = await Promise.all([
    trunkline.broadcasts.create(input, { idempotencyKey: "job-1" }),
    trunkline.broadcasts.create(input, { idempotencyKey: "job-1" }),
  ]);
  expect(two).toEqual(one);
  await world.sandbox.clock.advance("PT1M");
  expect(world.sandbox.carrier("sandbox").accepted.filter(({ text }) => text === "Once")).toHaveLength(1);
});

test("a broadcast for later is found by its state, paused and resumed", async () => {
  const trunkline = world.server();
  const made = await trunkline.broadcasts.create({
    lineId: world.line.id,
    text: "Later",
    sendAt: inHours(1),
    recipients: [{ to: world.newNumber() }, { to: world.newNumber() }],
  });
  expect(made.state).toBe("scheduled");
  const listed = await trunkline.broadcasts.list({ state: "scheduled", lineId: world.line.id }).page();
  expect(listed.data.map(({ id }) => id)).toContain(made.id);
  const live = trunkline.broadcasts.live(made.id);
  watch(live);
  await expect(trunkline.broadcasts.pause(made.id)).resolves.toMatchObject({ state: "paused" });
  await eventually(() => expect(live.getSnapshot().data?.state).toBe("paused"));
  await world.sandbox.clock.advance("PT2H");
  expect(world.sandbox.carrier("sandbox").accepted.map(({ text }) => text)).not.toContain("Later");
  await expect(trunkline.broadcasts.resume(made.id)).resolves.toMatchObject({ state: "running" });
  await world.sandbox.clock.advance("PT1M");
  await eventually(() =>
    expect(live.getSnapshot().data).toMatchObject({ state: "completed", counts: { delivered: 2 } }),
  );
  await expect(trunkline.broadcasts.pause(made.id)).rejects.toMatchObject({ code: "conflict", status: 409 });
});

test("what is canceled before its time reaches nobody, and canceling again changes nothing", async () => {
  const trunkline = world.server();
  const recipients = [{ to: world.newNumber() }, { to: world.newNumber() }];
  const { id } = await trunkline.broadcasts.create({
    lineId: world.line.id,
    text: "Never",
    sendAt: inHours(1),
    recipients,
  });
  const canceled = await trunkline.broadcasts.cancel(id);
  expect(canceled).toMatchObject({ state: "canceled", counts: { total: 2, canceled: 2 } });
  await expect(trunkline.broadcasts.cancel(id)).resolves.toMatchObject({ state: "canceled" });
  await world.sandbox.clock.advance("PT2H");
  expect(await statesOf(trunkline, id)).toEqual(["canceled", "canceled"]);
  expect(world.sandbox.carrier("sandbox").accepted.map(({ text }) => text)).not.toContain("Never");
});
