import { expect, onTestFinished, test } from "vitest";
import type { MessageRow } from "../src/index.ts";
import { hastyClock } from "./breakable-line.ts";
import { memoryStorage, watch } from "./client.ts";
import { eventually, withGateway } from "./sandbox.ts";

/* Templates, texts for later, taking back and asking before, against the real gateway. */

const world = withGateway();
const inBrowser = () => world.connect({ platform: { isBrowser: true, storage: memoryStorage(), clock: hastyClock } });
const inHours = (hours: number) => new Date(world.sandbox.clock.now().getTime() + hours * 3_600_000).toISOString();

test("a template is made, found by name, previewed, changed and deleted", async () => {
  const { trunkline } = world.connect();
  const made = await trunkline.templates.create({
    name: "Table is ready",
    text: "Hi {{name|there}}, table {{table}} is ready.",
    locale: "en",
    variants: [{ locale: "es", text: "Hola {{name}}, su mesa {{table}} está lista." }],
  });
  expect(made.variables).toEqual([
    { name: "name", default: "there" },
    { name: "table", default: null },
  ]);
  const found = await trunkline.templates.list({ name: "table IS" }).page();
  expect(found.data).toEqual([made]);
  await expect(trunkline.templates.get(made.id)).resolves.toEqual(made);
  await expect(trunkline.templates.preview(made.id)).resolves.toMatchObject({
    text: "Hi there, table {{table}} is ready.",
    missing: ["table"],
    locale: "en",
  });
  await expect(
    trunkline.templates.preview(made.id, { variables: { name: "Eva", table: "7" }, locale: "es-MX" }),
  ).resolves.toEqual({
    text: "Hola Eva, su mesa 7 está lista.",
    locale: "es",
    missing: [],
    encoding: "ucs2",
    segments: 1,
  });
  await expect(trunkline.templates.update(made.id, { text: "Table {{table}} is ready." })).resolves.toMatchObject({
    name: "Table is ready",
    text: "Table {{table}} is ready.",
  });
  await trunkline.templates.delete(made.id);
  await expect(trunkline.templates.get(made.id)).rejects.toMatchObject({ code: "not_found" });
});

test("a text by template shows the template's name until the gateway has the words", async () => {
  const { trunkline } = inBrowser();
  const template = await trunkline.templates.create({ name: "Pick up", text: "{{name}}, order {{order}} is ready." });
  onTestFinished(() => trunkline.templates.delete(template.id));
  const { id } = await trunkline.conversations.open({ lineId: world.line.id, participants: [world.newNumber()] });
  const thread = trunkline.messages.live(id);
  watch(thread);
  await eventually(() => expect(thread.getSnapshot().status).toBe("ready"));
  const sending = trunkline.messages.send(id, { templateId: template.id, variables: { name: "Eva", order: "118" } });
  expect(thread.getSnapshot().data).toMatchObject([
    { state: "sending", message: { text: "Pick up", templateId: template.id, sendAt: null } },
  ]);
  const message = await sending;
  expect(message).toMatchObject({ text: "Eva, order 118 is ready.", templateId: template.id });
  await eventually(() =>
    expect(thread.getSnapshot().data).toMatchObject([{ state: "accepted", message: { text: message.text } }]),
  );

  const refused = trunkline.messages.send(id, { templateId: template.id, variables: { name: "Eva" } });
  await expect(refused).rejects.toMatchObject({ code: "missing_variables", message: expect.stringContaining("order") });
  const [, failed] = thread.getSnapshot().data;
  expect(failed).toMatchObject({ state: "failed", message: { text: "Pick up" }, error: { code: "missing_variables" } });
});

test("a text for later waits, shows when it goes, and goes then", async () => {
  const { trunkline } = inBrowser();
  const { id } = await trunkline.conversations.open({ lineId: world.line.id, participants: [world.newNumber()] });
  const thread = trunkline.messages.live(id);
  watch(thread);
  await eventually(() => expect(thread.getSnapshot().status).toBe("ready"));
  const sendAt = inHours(2);
  const sending = trunkline.messages.send(id, { text: "Reminder", sendAt: sendAt.replace("Z", "+00:00") });
  expect(thread.getSnapshot().data).toMatchObject([{ state: "sending", message: { text: "Reminder", sendAt } }]);
  await expect(sending).resolves.toMatchObject({ status: "scheduled", sendAt });
  await world.sandbox.clock.advance("PT1H");
  expect(statusesOf(thread.getSnapshot().data)).toEqual(["scheduled"]);
  await world.sandbox.clock.advance("PT1H1M");
  await eventually(() => expect(statusesOf(thread.getSnapshot().data)).toEqual(["delivered"]));
});

test("a local time becomes an instant, and the past is refused with what to do", async () => {
  const { trunkline } = world.connect();
  const target = { from: world.line.number, to: world.newNumber() };
  const sendAt = { local: "2026-12-01T09:00", timeZone: "America/Los_Angeles" };
  const message = await trunkline.messages.send(target, { text: "Good morning", sendAt });
  expect(message.sendAt).toBe("2026-12-01T17:00:00.000Z");
  await trunkline.messages.cancel(message.id);
  await expect(trunkline.messages.send(target, { text: "Late", sendAt: inHours(-1) })).rejects.toMatchObject({
    code: "invalid_input",
    issues: [{ path: ["sendAt"] }],
  });
});

test("a text is taken back once, however often it is asked for; one that has gone is not", async () => {
  const { trunkline } = inBrowser();
  const other = world.connect().trunkline;
  const { id } = await trunkline.conversations.open({ lineId: world.line.id, participants: [world.newNumber()] });
  const thread = other.messages.live(id);
  const list = other.conversations.live(id);
  watch(thread);
  watch(list);
  const later = await trunkline.messages.send(id, { text: "Later", sendAt: inHours(3) });
  await eventually(() =>
    expect(list.getSnapshot().data?.lastMessage).toMatchObject({ id: later.id, waitsUntil: later.sendAt }),
  );
  const answers = await Promise.all(Array.from({ length: 4 }, () => trunkline.messages.cancel(later.id)));
  for (const answer of answers) expect(answer).toMatchObject({ id: later.id, status: "canceled" });
  await eventually(() => expect(statusesOf(thread.getSnapshot().data)).toEqual(["canceled"]));
  await eventually(() =>
    expect(list.getSnapshot().data?.lastMessage).toMatchObject({ id: later.id, status: "canceled", waitsUntil: null }),
  );

  const now = await trunkline.messages.send(id, { text: "Now" });
  await world.sandbox.clock.advance("PT1M");
  await expect(trunkline.messages.cancel(now.id)).rejects.toMatchObject({ code: "conflict", status: 409 });
  expect(world.sandbox.carrier("sandbox").accepted.map(({ text }) => text)).not.toContain("Later");
});

test("an answer to taking back that is lost is asked for again", async () => {
  const { trunkline, wire } = world.connect();
  const target = { from: world.line.number, to: world.newNumber() };
  const { id } = await trunkline.messages.send(target, { text: "Never mind", sendAt: inHours(1) });
  wire.losesOneAnswerTo = /\/cancel$/;
  await expect(trunkline.messages.cancel(id)).resolves.toMatchObject({ id, status: "canceled" });
  expect(wire.requests.filter(({ url }) => url.endsWith("/cancel"))).toHaveLength(2);
});

test("asking before tells cost and reasons, of a conversation and of two numbers, as sending does", async () => {
  const { trunkline } = world.connect();
  const number = world.newNumber();
  const { id } = await trunkline.conversations.open({ lineId: world.line.id, participants: [number] });
  const fine = {
    canSend: true,
    reasons: [],
    encoding: "ucs2",
    segments: 1,
    sendAfter: null,
    timeZones: ["America/Los_Angeles"],
  };
  await expect(trunkline.messages.check(id, { text: "Добрый день" })).resolves.toEqual(fine);
  await expect(trunkline.messages.check(id)).resolves.toMatchObject({ canSend: true, segments: null });
  const target = { from: world.line.number, to: "+12065550100000" };
  const check = await trunkline.messages.check(target, { text: "Hi" });
  expect(check).toMatchObject({ canSend: false, reasons: [{ code: "invalid_number" }] });
  await expect(trunkline.messages.send(target, { text: "Hi" })).rejects.toMatchObject({ code: check.reasons[0]?.code });
});

test("at night a text waits until morning where it goes: the thread says why and until when", async () => {
  const { trunkline } = inBrowser();
  const server = world.server(); // with a key, which the hours do not end
  const { sending } = await server.tenant.get();
  onTestFinished(async () => {
    await server.tenant.update({ sending: { quietHours: sending.quietHours } });
  });
  const hour = world.sandbox.clock.now().getUTCHours();
  const clockTime = (hours: number) => `${String((hour + hours + 24) % 24).padStart(2, "0")}:00`;
  const quietHours = { start: clockTime(-1), end: clockTime(2), timeZone: "Etc/UTC" };
  await server.tenant.update({ sending: { quietHours } });
  const { id } = await trunkline.conversations.open({ lineId: world.line.id, participants: [world.newNumber()] });
  const check = await trunkline.messages.check(id, { text: "Sale!" });
  expect(check).toMatchObject({ canSend: true, reasons: [{ code: "quiet_hours" }] });
  const thread = trunkline.messages.live(id);
  watch(thread);
  const message = await trunkline.messages.send(id, { text: "Sale!" });
  expect(message).toMatchObject({ status: "scheduled", held: { code: "quiet_hours", until: check.sendAfter } });
  await eventually(() =>
    expect(thread.getSnapshot().data).toMatchObject([{ message: { id: message.id, held: message.held } }]),
  );
  await world.sandbox.clock.advance("PT3H");
  await eventually(() => expect(statusesOf(thread.getSnapshot().data)).toEqual(["delivered"]));
});

const statusesOf = (rows: readonly MessageRow[]) => rows.map(({ message }) => message.status);
