import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { Message } from "../src/index.ts";
import { apiKeyAuth } from "../src/index.ts";
import { watch } from "./client.ts";
import { eventually, withGateway } from "./sandbox.ts";

/*
 * Whatever becomes of a text - sent, put off, held, taken back, refused by the carrier - and wherever the line is cut
 * meanwhile, what is shown ends as what the real gateway lists.
 */

const world = withGateway();

const STEPS = [
  "send",
  "send",
  "send later",
  "send later",
  "take back",
  "take back",
  "text comes in",
  "night falls",
  "day breaks",
  "carrier fails",
  "carrier works",
  "cut",
  "cut",
  "cut within bytes",
  "lose answers",
  "minutes pass",
  "minutes pass",
  "hours pass",
] as const;
type Step = (typeof STEPS)[number] | "answers come";

const NIGHT = { start: "00:00", end: "23:59", timeZone: "Etc/UTC" };
const isWaiting = ({ status }: Message) => status === "scheduled" || status === "queued";

async function run(steps: readonly Step[]): Promise<ReadonlySet<string>> {
  const { sandbox, line } = world;
  const key = sandbox.tenants[0]?.apiKey ?? "";
  const { wire, trunkline } = world.connect({ auth: apiKeyAuth(key) });
  const number = world.newNumber();
  const { id } = await trunkline.conversations.open({ lineId: line.id, participants: [number] });
  const thread = trunkline.messages.live(id);
  const item = trunkline.conversations.live(id);
  watch(thread);
  watch(item);
  const underWay: Promise<unknown>[] = [];
  // A text that has begun to leave is not taken back, and that is fine.
  const begin = (call: Promise<unknown>) => underWay.push(call.catch(() => undefined));
  const later = () => new Date(sandbox.clock.now().getTime() + 3_600_000).toISOString();
  const quiet = (quietHours: typeof NIGHT | null) => trunkline.tenant.update({ sending: { quietHours } });
  for (const [index, step] of steps.entries()) {
    wire.losesAnswersTo = null;
    if (step === "send") begin(trunkline.messages.send(id, { text: `${index}` }));
    else if (step === "send later") begin(trunkline.messages.send(id, { text: `${index}`, sendAt: later() }));
    else if (step === "take back") {
      const find = async () => (await trunkline.messages.list(id).page()).data.find(isWaiting);
      let waiting = await find();
      if (!waiting) {
        await Promise.all(underWay); // what was sent a moment ago may not have been accepted yet
        waiting = await find();
      }
      if (waiting) begin(trunkline.messages.cancel(waiting.id));
    } else if (step === "text comes in") await sandbox.handset(number).text(line.number, `${index}`);
    else if (step === "night falls") await quiet(NIGHT);
    else if (step === "day breaks") await quiet(null);
    else if (step === "carrier fails") await sandbox.carrier("sandbox").configure({ receipts: "failed" });
    else if (step === "carrier works") await sandbox.carrier("sandbox").configure({});
    else if (step === "cut") wire.cut();
    else if (step === "cut within bytes") wire.cutAfterBytes = 1 + ((index * 397) % 4_000);
    else if (step === "lose answers") wire.losesAnswersTo = /\/(messages|cancel)$/;
    else if (step === "answers come") await Promise.all(underWay);
    else if (step === "minutes pass") await sandbox.clock.advance("PT5M");
    else await sandbox.clock.advance("PT2H");
  }
  wire.losesAnswersTo = null;
  await Promise.all(underWay);
  await quiet(null);
  await sandbox.clock.advance("PT26H");
  const listed: Message[] = [];
  await eventually(async () => {
    listed.length = 0;
    for await (const message of trunkline.messages.list(id, { order: "asc" })) listed.push(message);
    expect(thread.getSnapshot().data.map(({ message }) => message)).toEqual(listed);
    expect(item.getSnapshot().data).toEqual(await trunkline.conversations.get(id));
  });
  expect(listed.filter(isWaiting)).toEqual([]);
  await trunkline.close();
  return new Set(listed.map(({ status }) => status ?? ""));
}

test("after any cut the view of scheduled, held, canceled and failed texts is the gateway's list", async () => {
  onTestFinished(async () => {
    await world.sandbox.carrier("sandbox").configure({});
  });
  const everyEnd: Step[] = [
    "send",
    "send later",
    "answers come",
    "take back",
    "text comes in",
    "cut",
    "answers come",
    "minutes pass",
    "carrier fails",
    "send",
  ];
  const ends = await run(everyEnd);
  expect([...ends].sort()).toEqual(["canceled", "delivered", "failed", "received"]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...STEPS), { minLength: 4, maxLength: 14 }), async (steps) => {
      await run(steps);
    }),
    { numRuns: 12, interruptAfterTimeLimit: 20_000 },
  );
});
