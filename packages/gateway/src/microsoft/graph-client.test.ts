import { expect, test } from "vitest";
import * as z from "zod/mini";
import { manualClock } from "../../test/support/manual-clock.ts";
import { createGraphClient } from "./graph-client.ts";
import { GraphRefused } from "./graph-error.ts";

const ORIGIN = "https://graph.test";
const Item = z.object({ id: z.string() });
const CALLER = { microsoftTenantId: "one", accessToken: "secret" };

/** A Graph that answers what the test says, in turn; the last answer is repeated. */
function graph(...answers: (() => Response)[]) {
  const clock = manualClock();
  const asked: Request[] = [];
  const client = createGraphClient({
    clock: {
      ...clock,
      // Pauses pass at once, and the clock shows that they did.
      at: (time, wake) => {
        clock.advance(Math.max(0, time - clock.now()));
        return clock.at(time, wake);
      },
    },
    origin: ORIGIN,
    fetch: async (input, init) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)];
      asked.push(new Request(input, init));
      return answer?.() ?? new Response(null, { status: 500 });
    },
  });
  return { client, clock, asked };
}
async function all<One>(items: AsyncIterable<One>): Promise<One[]> {
  const list: One[] = [];
  for await (const item of items) list.push(item);
  return list;
}
const json =
  (body: unknown, init?: ResponseInit): (() => Response) =>
  () =>
    Response.json(body, init);

test("a question is asked with the token, and an answer is what its schema says", async () => {
  const { client, asked } = graph(json({ id: "1", more: true }));
  expect(await client.get(CALLER, "/me?$select=id", Item)).toEqual({ id: "1" });
  expect(asked[0]?.url).toBe(`${ORIGIN}/v1.0/me?$select=id`);
  expect(asked[0]?.headers.get("authorization")).toBe("Bearer secret");
});

test("pages are followed to the end, and to no other host", async () => {
  const { client } = graph(
    json({ value: [{ id: "1" }], "@odata.nextLink": `${ORIGIN}/v1.0/users?$skiptoken=2` }),
    json({ value: [{ id: "2" }] }),
  );
  expect(await all(client.list(CALLER, "/users", Item))).toEqual([{ id: "1" }, { id: "2" }]);
  const astray = graph(json({ value: [], "@odata.nextLink": "https://graph.test.evil.example/users" }));
  await expect(all(astray.client.list(CALLER, "/users", Item))).rejects.toThrow("another host");
  expect(astray.asked).toHaveLength(1);
});

test("a look at changes goes on where the last one ended, and from the beginning when Graph has forgotten it", async () => {
  const link = `${ORIGIN}/v1.0/users/delta?$deltatoken=1`;
  const first = graph(json({ value: [{ id: "1" }], "@odata.deltaLink": link }));
  const begun = await first.client.delta(CALLER, "/users/delta", Item, null);
  expect(begun).toEqual({ items: [{ id: "1" }], deltaLink: link, isNew: true });
  const second = graph(
    json({ error: { code: "syncStateNotFound" } }, { status: 410 }),
    json({ value: [{ id: "2" }], "@odata.deltaLink": link }),
  );
  expect(await second.client.delta(CALLER, "/users/delta", Item, link)).toMatchObject({ isNew: true });
  expect(second.asked.map(({ url }) => url)).toEqual([link, `${ORIGIN}/v1.0/users/delta`]);
});

test("a short pause is made, a long one is the caller's", async () => {
  const busy = (seconds: string) => json({}, { status: 429, headers: { "retry-after": seconds, "request-id": "r1" } });
  const short = graph(busy("2"), json({ id: "1" }));
  const before = short.clock.now();
  expect(await short.client.get(CALLER, "/me", Item)).toEqual({ id: "1" });
  expect(short.clock.now() - before).toBe(2000);
  const long = graph(busy("120"));
  const refused = long.client.get(CALLER, "/me", Item);
  await expect(refused).rejects.toMatchObject({ name: "GraphUnavailable", retryAfterMs: 120_000, requestId: "r1" });
  expect(long.asked).toHaveLength(1);
});

test("a refusal names Graph's word and the request, and never the token", async () => {
  const forbidden = { error: { code: "Authorization_RequestDenied", message: "secret" } };
  const { client } = graph(json(forbidden, { status: 403, headers: { "request-id": "r2" } }));
  const error = await client.get(CALLER, "/me", Item).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    name: "GraphRefused",
    status: 403,
    code: "Authorization_RequestDenied",
    requestId: "r2",
  });
  expect(String(error)).not.toContain("secret");
});

test("questions go by twenties, each answer stands for itself, and only what was throttled is asked again", async () => {
  const questions = Array.from({ length: 21 }, (_, place) => ({ id: `${place}`, url: `/users/${place}` }));
  const fine = (some: string[]) => some.map((id) => ({ id, status: 200, body: { id } }));
  const ids = questions.map(({ id }) => id);
  const { client, asked } = graph(
    json({
      responses: [
        ...fine(ids.slice(2, 20)),
        { id: "0", status: 429, headers: { "Retry-After": "1" }, body: {} },
        { id: "1", status: 404, body: { error: { code: "Request_ResourceNotFound" } } },
      ],
    }),
    json({ responses: fine(["0"]) }),
    json({ responses: fine(["20"]) }),
  );
  const answers = await client.batch(CALLER, questions, Item);
  expect(answers.size).toBe(21);
  expect(answers.get("0")).toEqual({ id: "0" });
  expect(answers.get("1")).toBeInstanceOf(GraphRefused);
  const sizes = await Promise.all(asked.map(async (request) => (await request.json()).requests.length));
  expect(sizes).toEqual([20, 1, 1]);
});

test("an organisation that Graph does not answer for is left in peace, the others are not", async () => {
  const { client, asked } = graph(json({}, { status: 503 }));
  for (let time = 0; time < 10; time++) await client.get(CALLER, "/me", Item).catch(() => undefined);
  expect(asked).toHaveLength(10);
  const barred = client.get({ ...CALLER }, "/me", Item);
  await expect(barred).rejects.toMatchObject({ name: "GraphUnavailable" });
  const other = client.get({ ...CALLER, microsoftTenantId: "two" }, "/me", Item);
  await expect(other).rejects.toMatchObject({ name: "GraphUnavailable", message: "Graph answered 503." });
});
