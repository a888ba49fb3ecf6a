import type { Problem, UpsertedUsers, UpsertUser, User } from "@trunkline/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEvents } from "./support/event-reader.ts";
import { eachStore } from "./support/stores.ts";
import { type Caller, made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const PERSON = { tenantId: "7f2ad4bb-2f29-4ed4-9c3e-1d4b1f6a0001", objectId: "7f2ad4bb-2f29-4ed4-9c3e-1d4b1f6a0002" };

eachStore((store) => {
  let gateway: TestGateway;
  let acme: TestTenant;
  beforeAll(async () => {
    gateway = await testGateway(store);
    acme = await gateway.newTenant("acme");
  });
  afterAll(() => gateway.stop());

  const bulk = (
    users: readonly Partial<UpsertUser>[],
    call: Caller = acme.call,
    headers: Record<string, string> = {},
  ) => call<UpsertedUsers & Problem>("POST", "/v1/users/bulk", { users }, headers);
  const done = (users: readonly Partial<UpsertUser>[], call?: Caller) => made<UpsertedUsers>(bulk(users, call));
  const usersNamed = (externalId: string) => acme.call<User>("GET", `/v1/users/ext:${externalId}`);

  test("users are made and changed by the host's ids, with a result for each in order", async () => {
    const first = await done([
      { externalId: "ada", name: "Ada", email: "ada@example.com", microsoft: PERSON },
      { externalId: "nameless" },
      { externalId: "bea", name: "Bea", role: "admin", suspended: true },
    ]);
    expect(first.counts).toEqual({ created: 2, updated: 0, unchanged: 0, refused: 1 });
    expect(first.results).toMatchObject([
      { result: "created", user: { name: "Ada", role: "member", suspended: false, microsoft: PERSON } },
      { result: "refused", code: "invalid_input", message: expect.stringContaining("name") },
      { result: "created", user: { name: "Bea", role: "admin", email: null, suspended: true } },
    ]);
    const second = await done([
      { externalId: "ada", name: "Ada", microsoft: { ...PERSON, objectId: PERSON.objectId.toUpperCase() } },
      { externalId: "bea", suspended: false, role: "viewer" },
      { externalId: "cyd", name: "Cyd", microsoft: PERSON },
      { externalId: "bea", name: "Beatrice" },
    ]);
    expect(second.counts).toEqual({ created: 0, updated: 2, unchanged: 1, refused: 1 });
    expect(second.results[2]).toMatchObject({ code: "conflict", message: expect.stringContaining("microsoft") });
    expect((await usersNamed("bea")).body).toMatchObject({ name: "Beatrice", role: "viewer", suspended: false });
    expect((await usersNamed("cyd")).status).toBe(404);
  });

  test("a thousand are made at once and found unchanged the second time; more are refused", async () => {
    const many = Array.from({ length: 1000 }, (_, n) => ({ externalId: `many-${n}`, name: `Person ${n}` }));
    expect((await done(many)).counts).toEqual({ created: 1000, updated: 0, unchanged: 0, refused: 0 });
    const again = await done(many);
    expect(again.counts).toEqual({ created: 0, updated: 0, unchanged: 1000, refused: 0 });
    expect(again.results[999]).toMatchObject({ user: { externalId: "many-999" } });
    expect((await bulk([...many, { externalId: "one more", name: "X" }])).status).toBe(422);
    expect((await bulk([])).status).toBe(422);
  });

  test("with its key a call is answered once, and another body under that key is refused", async () => {
    const key = { "idempotency-key": "once" };
    const first = await bulk([{ externalId: "keyed", name: "Keyed" }], acme.call, key);
    const second = await bulk([{ externalId: "keyed", name: "Keyed" }], acme.call, key);
    expect(second.body).toEqual(first.body);
    expect(second.body.counts).toMatchObject({ created: 1 });
    expect(await bulk([{ externalId: "keyed", name: "Other" }], acme.call, key)).toMatchObject({
      status: 422,
      body: { code: "idempotency_key_reused" },
    });
  });

  test("two calls that name the same people at once make each of them once", async () => {
    const people = Array.from({ length: 60 }, (_, n) => ({ externalId: `twin-${n}`, name: `Twin ${n}` }));
    const [one, two] = await Promise.all([done(people), done([...people].reverse())]);
    expect(one.counts.created + two.counts.created).toBe(60);
    expect(one.counts.unchanged + two.counts.unchanged).toBe(60);
  });

  test("a session lifts nobody above its own role, and the last owner stays; the others are changed", async () => {
    const { admin, owner, member } = acme.users;
    const { results } = await done(
      [
        { externalId: "boss", name: "Boss", role: "owner" },
        { externalId: "owner", name: "Renamed" },
        { externalId: "member", role: "owner" },
        { externalId: "member", name: "The renamed member" },
      ],
      admin.call,
    );
    expect(results).toMatchObject([
      { code: "forbidden" },
      { code: "forbidden" },
      { code: "forbidden" },
      { result: "updated", user: { id: member.id, name: "The renamed member", role: "member" } },
    ]);
    const last = await done(
      [
        { externalId: "owner", role: "member" },
        { externalId: "heir", name: "Heir", role: "owner" },
        { externalId: "owner", suspended: true },
        { externalId: "heir", role: "member" },
      ],
      owner.call,
    );
    expect(last.results).toMatchObject([
      { result: "refused", code: "conflict" },
      { result: "created" },
      { result: "updated", user: { id: owner.id, suspended: true } },
      { result: "refused", code: "conflict" },
    ]);
    await done([{ externalId: "owner", suspended: false }]);
    expect((await bulk([{ externalId: "x", name: "X" }], member.call)).status).toBe(403);
  });

  test("whoever is suspended so is out, and their open stream ends; the audit log tells of each", async () => {
    const { member } = acme.users;
    const stream = await readEvents(gateway, member.session.token);
    await stream.next();
    await done([{ externalId: "member", suspended: true }]);
    expect((await stream.rest()).at(-1)).toMatchObject({ event: "stream.end", data: '{"reason":"suspended"}' });
    expect((await member.call("GET", "/v1/me")).status).toBe(403);
    const { body } = await acme.call<{ data: unknown[] }>("GET", `/v1/audit?objectId=${member.id}&action=upsertUsers`);
    expect(body.data[0]).toMatchObject({ before: { suspended: false }, after: { suspended: true } });
  });
});
