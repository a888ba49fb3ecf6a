import {
  type Conversation,
  HEADERS,
  type Line,
  type Message,
  type Page,
  type Problem,
  type Tenant,
} from "@trunkline/protocol";
import { ROUTES } from "@trunkline/protocol/routes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const DAY_MS = 24 * 60 * 60_000;

eachStore((store) => {
  let gateway: TestGateway;
  let acme: TestTenant;
  let phone = 500;

  beforeAll(async () => {
    gateway = await testGateway(store);
    acme = await gateway.newTenant("acme");
  });
  afterAll(() => gateway.stop());

  const keyed = (key: string) => ({ [HEADERS.idempotencyKey]: key });
  const newLine = () => ({
    name: "Line",
    carrierAccountId: acme.account.id,
    number: `+12065550${100 + (phone++ % 100)}`,
  });
  const newAccount = (name: string) => ({
    carrier: "sandbox",
    name,
    credentials: { baseUrl: "http://carrier.test", apiKey: "k", webhookSecret: "s" },
  });
  const accountsNamed = async (name: string) =>
    (await made<Page<{ name: string }>>(acme.call("GET", "/v1/carrier-accounts?limit=200"))).data.filter(
      (account) => account.name === name,
    );

  test("the same key five times at once makes one thing and gives five equal answers", async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => acme.call("POST", "/v1/carrier-accounts", newAccount("five"), keyed("five"))),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get(HEADERS.idempotencyReplayed) === "true")).toHaveLength(4);
    expect(await accountsNamed("five")).toHaveLength(1);
  });

  test("the same key with another body or on another thing is refused", async () => {
    await made(acme.call("POST", "/v1/carrier-accounts", newAccount("first"), keyed("reused")));
    const { status, body } = await acme.call<Problem>(
      "POST",
      "/v1/carrier-accounts",
      newAccount("second"),
      keyed("reused"),
    );
    expect([status, body.code]).toEqual([422, "idempotency_key_reused"]);
    expect(await accountsNamed("second")).toHaveLength(0);
  });

  test("a key is the caller's own, and counts for one route", async () => {
    const other = await made<{ key: string }>(acme.call("POST", "/v1/keys", { name: "other" }));
    const answers = [
      await acme.call("POST", "/v1/carrier-accounts", newAccount("own"), keyed("own")),
      await gateway.as(other.key)("POST", "/v1/carrier-accounts", newAccount("own"), keyed("own")),
      await acme.users.admin.call("POST", "/v1/carrier-accounts", newAccount("own"), keyed("own")),
      await acme.call("POST", "/v1/lines", newLine(), keyed("own")),
    ];
    expect(answers.map(({ headers }) => headers.get(HEADERS.idempotencyReplayed))).toEqual([null, null, null, null]);
    expect(await accountsNamed("own")).toHaveLength(3);
  });

  test("a user's next session still finds the answer of the one before", async () => {
    const first = await acme.users.admin.call("POST", "/v1/carrier-accounts", newAccount("reborn"), keyed("reborn"));
    const body = { user: { externalId: "admin", name: "The admin" } };
    const { token } = await made<{ token: string }>(acme.call("POST", "/v1/sessions", body));
    const again = await gateway.as(token)("POST", "/v1/carrier-accounts", newAccount("reborn"), keyed("reborn"));
    expect(again.headers.get(HEADERS.idempotencyReplayed)).toBe("true");
    expect(again.body).toEqual(first.body);
  });

  test("a session that sees less than the first asker gets no answer of theirs, and does nothing a second time", async () => {
    const user = { externalId: "admin", name: "The admin" };
    const second = await made<Line>(acme.call("POST", "/v1/lines", newLine()));
    const record = (externalId: string) => ({ source: "crm", type: "deal", externalId });
    const mint = async (given: object) =>
      gateway.as((await made<{ token: string }>(acme.call("POST", "/v1/sessions", { user, ...given }))).token);
    const whole = await mint({});
    const content = { lineId: acme.line.id, participants: ["+14255550155"] };
    const open = (call: typeof whole, key: string) =>
      call<Conversation & Problem>("POST", "/v1/conversations", content, keyed(key));
    const first = await made<Conversation>(open(whole, "wide"));
    const narrowed = [
      await mint({ scope: { lineIds: [second.id] } }),
      await mint({ scope: { records: [record("1")] } }),
      await mint({ scope: { assignedOnly: true } }),
      await mint({ role: "member" }),
    ];
    for (const call of narrowed) {
      const { status, body } = await open(call, "wide");
      expect([status, body.code]).toEqual([422, "idempotency_key_reused"]);
      expect(JSON.stringify(body)).not.toContain(first.id);
    }

    const lineIds = [acme.line.id, second.id];
    const send = (call: typeof whole) =>
      call<Pick<Message, "id"> & Pick<Problem, "code">>(
        "POST",
        `/v1/conversations/${first.id}/messages`,
        { text: "Once" },
        keyed("narrow"),
      );
    const sent = await made<{ id: string }>(send(await mint({ scope: { lineIds } })));
    const again = await send(await mint({ scope: { lineIds: lineIds.toReversed() } })); // minted anew
    expect([again.headers.get(HEADERS.idempotencyReplayed), again.body.id]).toEqual(["true", sent.id]);
    expect((await send(whole)).body.code).toBe("idempotency_key_reused");
    const { data } = await made<Page<Message>>(whole("GET", `/v1/conversations/${first.id}/messages`));
    expect(data).toHaveLength(1);
  });

  test("a refusal is not kept: the same key may succeed afterwards", async () => {
    const line = newLine();
    const missing = { ...line, assignees: [`usr_${"0".repeat(26)}`] };
    expect((await acme.call("POST", "/v1/lines", missing, keyed("retry"))).status).toBe(404);
    expect((await acme.call("POST", "/v1/lines", line, keyed("retry"))).status).toBe(201);
    const taken = await acme.call<Problem>("POST", "/v1/lines", line, keyed("taken"));
    expect([taken.status, taken.body.code]).toEqual([409, "conflict"]);
    expect((await acme.call("POST", "/v1/lines", line, keyed("retry"))).status).toBe(201);
  });

  test("after a day the key is new again", async () => {
    const first = await made<{ id: string }>(
      acme.call("POST", "/v1/carrier-accounts", newAccount("day"), keyed("day")),
    );
    gateway.clock.advance(DAY_MS - 1);
    expect(await made(acme.call("POST", "/v1/carrier-accounts", newAccount("day"), keyed("day")))).toEqual(first);
    gateway.clock.advance(1);
    const second = await made<{ id: string }>(
      acme.call("POST", "/v1/carrier-accounts", newAccount("day"), keyed("day")),
    );
    expect(second.id).not.toBe(first.id);
  });

  test("the operator's own routes keep their keys, too", async () => {
    const create = () => gateway.operator<Tenant>("POST", "/v1/tenants", { name: "Once" }, keyed("once"));
    const answers = await Promise.all([create(), create(), create()]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const { data } = await made<Page<Tenant>>(gateway.operator("GET", "/v1/tenants?limit=200"));
    expect(data.filter(({ name }) => name === "Once")).toHaveLength(1);
  });

  test("answers are sealed where they are kept", async () => {
    await made(acme.call("POST", "/v1/carrier-accounts", newAccount("Plainly readable"), keyed("sealed")));
    const rows = await gateway.database.tenant(acme.tenant.id, (tx) =>
      tx.selectFrom("idempotency_keys").select("answer").where("key", "=", "sealed").execute(),
    );
    expect(rows).toHaveLength(1);
    expect(Buffer.from(rows[0]?.answer ?? []).toString("latin1")).not.toContain("Plainly");
  });

  test("keys of a wrong length are refused; routes whose answer bears a secret take none", async () => {
    for (const key of ["x".repeat(256)]) {
      const { status, body } = await acme.call<Problem>("POST", "/v1/carrier-accounts", newAccount("x"), keyed(key));
      expect([status, body.code]).toEqual([422, "invalid_input"]);
    }
    const mint = () => acme.call<{ key: string }>("POST", "/v1/keys", { name: "k" }, keyed("secret"));
    expect((await mint()).body.key).not.toBe((await mint()).body.key);
    const bearing = ["createKey", "rotateKey", "createSession"] as const;
    for (const name of bearing) expect("idempotent" in ROUTES[name], name).toBe(false);
  });
});
