import { expect, test } from "vitest";
import { apiKeyAuth, type OptIn, type PutOptIn } from "../src/index.ts";
import { hastyClock } from "./breakable-line.ts";
import { memoryStorage, watch } from "./client.ts";
import { eventually, withGateway } from "./sandbox.ts";

/* Who may be texted, against the real gateway. */

const world = withGateway();

test("a STOP is heard at once, refuses texts with the reason that asking gave, and only their START lifts it", async () => {
  const { trunkline } = world.connect({ platform: { isBrowser: true, storage: memoryStorage(), clock: hastyClock } });
  const number = world.newNumber();
  const phone = world.sandbox.handset(number);
  await phone.text(world.line.number, "Hello");
  const { id } = await trunkline.conversations.open({ lineId: world.line.id, participants: [number] });
  const heard: OptIn[] = [];
  trunkline.events.on("opt_in.changed", ({ data }) => heard.push(data));
  const thread = trunkline.messages.live(id);
  watch(thread);
  await eventually(() => expect(trunkline.connection.getSnapshot().state).toBe("live"));

  await phone.text(world.line.number, "Stop");
  await eventually(() => expect(heard).toMatchObject([{ number, state: "opted_out", method: "keyword" }]));
  const check = await trunkline.messages.check(id, { text: "Sale!" });
  expect(check).toMatchObject({ canSend: false, reasons: [{ code: "opted_out" }] });
  await expect(trunkline.messages.send(id, { text: "Sale!" })).rejects.toMatchObject({
    code: "opted_out",
    message: check.reasons[0]?.message,
  });
  const agreed: PutOptIn = { number, state: "opted_in", evidence: { method: "verbal", note: "On the phone" } };
  await expect(trunkline.optIns.set(agreed)).rejects.toMatchObject({ code: "conflict", status: 409 });

  await phone.text(world.line.number, "START");
  await eventually(() => expect(heard.at(-1)).toMatchObject({ number, state: "opted_in" }));
  const [found] = await trunkline.optIns.lookup({ numbers: [number] });
  expect(found?.optIns[0]).toMatchObject({ state: "opted_in", method: "keyword" });
  expect(found?.history.map(({ state, wording }) => [state, wording])).toEqual([
    ["opted_in", "START"],
    ["opted_out", "Stop"],
  ]);
  await expect(trunkline.messages.send(id, { text: "Welcome back" })).resolves.toMatchObject({ status: "queued" });
  const texts = () =>
    thread.getSnapshot().data.flatMap(({ message }) => (message.direction === "inbound" ? message.text : []));
  await eventually(() => expect(texts()).toEqual(["Hello", "Stop", "START"]));
});

test("a text that waits when the STOP comes fails, and the thread says why", async () => {
  const trunkline = world.server();
  const number = world.newNumber();
  const { id } = await trunkline.conversations.open({ lineId: world.line.id, participants: [number] });
  const thread = trunkline.messages.live(id);
  watch(thread);
  const sendAt = new Date(world.sandbox.clock.now().getTime() + 3_600_000).toISOString();
  const waiting = await trunkline.messages.send(id, { text: "Later", sendAt });
  await world.sandbox.handset(number).text(world.line.number, "STOP");
  await world.sandbox.clock.advance("PT2H");
  await eventually(() => {
    const row = thread.getSnapshot().data.find(({ message }) => message.id === waiting.id);
    expect(row?.message).toMatchObject({ status: "failed", failure: { code: "opted_out" } });
  });
});

test("an opt-out by hand names its reason; words that may mean STOP are listed for a person", async () => {
  const trunkline = world.server();
  const [byHand, byWords] = [world.newNumber(), world.newNumber()];
  const evidence = { method: "staff", note: "Asked at the desk" } as const;
  const set = await trunkline.optIns.set({ number: byHand, state: "opted_out", evidence });
  expect(set).toMatchObject({ number: byHand, lineId: null, state: "opted_out", method: "staff", needsReview: false });
  await world.sandbox.handset(byWords).text(world.line.number, "please stop texting me");
  const review = await trunkline.optIns.list({ needsReview: true }).page();
  expect(review.data).toMatchObject([{ number: byWords, state: "opted_out", method: "phrase", needsReview: true }]);
  const all: string[] = [];
  for await (const { number } of trunkline.optIns.list({ state: "opted_out", limit: 1 })) all.push(number);
  expect(all).toEqual(expect.arrayContaining([byHand, byWords]));
});

test("what is exported can be imported again and changes nothing; an import tells of each entry", async () => {
  const trunkline = world.server();
  const [one, two] = [world.newNumber(), world.newNumber()];
  const evidence = { method: "web_form", wording: "Yes, text me", url: "https://example.com/form" } as const;
  const report = await trunkline.optIns.import({
    entries: [
      { number: one, state: "opted_in", evidence },
      { number: "not a number", state: "opted_in", evidence },
      { number: two, state: "opted_out", evidence: { method: "paper", wording: "=HYPERLINK(1)" } },
    ],
  });
  expect(report).toMatchObject({
    counts: { recorded: 2, kept: 0, refused: 1 },
    refused: [{ index: 1, code: "invalid_number" }],
  });

  const history = await new Response(await trunkline.optIns.export({ format: "csv", what: "history" })).text();
  expect(history.split(/\r?\n/)[0]).toMatch(/^number,state,method,at/);
  expect(history).not.toMatch(/(^|,)=/m); // no cell that a spreadsheet would run
  const again = await trunkline.optIns.import({ csv: history });
  expect(again.counts).toMatchObject({ recorded: 0, refused: 0 });

  const lines = (await new Response(await trunkline.optIns.export({ format: "ndjson" })).text()).trim().split("\n");
  const current = lines.map((line) => JSON.parse(line) as OptIn);
  expect(current).toEqual(expect.arrayContaining([expect.objectContaining({ number: one, state: "opted_in" })]));
});

test("an import whose answer is lost is asked for again, and recorded once", async () => {
  const key = world.sandbox.tenants[0]?.apiKey ?? "";
  const { trunkline, wire } = world.connect({ auth: apiKeyAuth(key) });
  const number = world.newNumber();
  wire.losesOneAnswerTo = /\/import$/;
  const importing = trunkline.optIns.import({
    entries: [{ number, state: "opted_in", evidence: { method: "paper", wording: "Yes" } }],
  });
  await expect(importing).resolves.toMatchObject({ counts: { recorded: 1, kept: 0, refused: 0 } });
  expect(wire.requests.filter(({ url }) => url.endsWith("/import"))).toHaveLength(2);
  const [found] = await trunkline.optIns.lookup({ numbers: [number] });
  expect(found?.history).toHaveLength(1);
});

test("a refusal of an export is an error like any other", async () => {
  const { trunkline } = world.connect({}, "dana");
  await expect(trunkline.optIns.export()).rejects.toMatchObject({ code: "forbidden", status: 403 });
});
