import { expect, test } from "vitest";
import { apiKeyAuth } from "../src/index.ts";
import { outcomeOf } from "./client.ts";
import { eventually, withGateway } from "./sandbox.ts";
import { TestClock } from "./test-clock.ts";

const world = withGateway();

test("a client that has asked too much waits as long as the real gateway says, and is served then", async () => {
  const { sandbox } = world;
  const [tenant] = sandbox.tenants;
  if (!tenant) throw new Error("the sandbox has a tenant");
  await world.operator().tenants.update(tenant.tenantId, { limits: { requestsPerSecond: 1 } });
  const clock = new TestClock();
  const answers: { status: number; retryAfter: string | null }[] = [];
  const { trunkline } = world.connect({
    auth: apiKeyAuth(tenant.apiKey),
    platform: { clock, random: () => 0 },
    fetch: async (request) => {
      const answer = await sandbox.fetch(request);
      answers.push({ status: answer.status, retryAfter: answer.headers.get("Retry-After") });
      return answer;
    },
  });
  await sandbox.clock.advance("PT1M");
  for (let n = 0; n < 5; n++) await trunkline.me.get(); // ten seconds of a key's half
  const waiting = outcomeOf(trunkline.lines.list().page());
  await eventually(() => expect(answers).toHaveLength(6));
  expect(answers.at(-1)).toEqual({ status: 429, retryAfter: "2" });

  await sandbox.clock.advance("PT2S");
  await clock.advance(1_999);
  expect(answers).toHaveLength(6);
  await clock.advance(1);
  await eventually(() => expect(waiting.value ?? waiting.error).toBeDefined());
  expect(waiting.error).toBeUndefined();
  expect(answers.slice(6)).toEqual([{ status: 200, retryAfter: null }]);
});
