import type { Conversation, Filter, Page, Problem, User } from "@trunkline/protocol";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { eachStore } from "./support/stores.ts";
import { type Caller, made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

eachStore((store) => {
  let world: TestGateway;
  let acme: TestTenant;
  let tenants = 0;

  beforeAll(async () => {
    world = await testGateway(store);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    acme = await world.newTenant(`acme ${tenants++}`);
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { assignees: [acme.users.member.id] }));
  });

  const save = (call: Caller, body: object, headers: Record<string, string> = {}) =>
    call<Filter & Problem>("POST", "/v1/filters", body, headers);
  const names = async (call: Caller, query = "") =>
    (await made<Page<Filter>>(call("GET", `/v1/filters${query}`))).data.map(({ name }) => name);

  test("one's own filters are one's own, shared ones are everybody's, and both are listed by name", async () => {
    const { owner, member, viewer } = acme.users;
    const own = await save(member.call, { name: "mine", query: { assigneeId: "me", state: "open", unread: true } });
    expect(own).toMatchObject({
      status: 201,
      body: {
        name: "mine",
        query: { assigneeId: "me", state: "open", unread: true },
        shared: false,
        createdBy: member.id,
      },
    });
    await made(save(owner.call, { name: "Nobody's", query: { assigneeId: "none" }, shared: true }));
    const byKey = await made<Filter>(save(acme.call, { name: "All", query: {} }));
    expect(byKey).toMatchObject({ shared: true, createdBy: null });
    expect(await names(member.call)).toEqual(["All", "mine", "Nobody's"]);
    for (const call of [owner.call, viewer.call, acme.call]) expect(await names(call)).toEqual(["All", "Nobody's"]);
    expect(await owner.call("GET", `/v1/filters/${own.body.id}`)).toMatchObject({ status: 404 });
    expect(await owner.call("DELETE", `/v1/filters/${own.body.id}`)).toMatchObject({ status: 404 });
    const other = await world.newTenant(`other ${tenants++}`);
    expect(await names(other.call)).toEqual([]);
    expect(await other.call("GET", `/v1/filters/${byKey.id}`)).toMatchObject({ status: 404 });
  });

  test("pages of any size hold each filter once", async () => {
    const wanted = ["a", "B", "b", "c", "É"];
    for (const name of wanted) await made(save(acme.call, { name, query: {} }));
    const found: string[] = [];
    let cursor = "";
    do {
      const page: Page<Filter> = await made(acme.call("GET", `/v1/filters?limit=2${cursor}`));
      found.push(...page.data.map(({ name }) => name));
      cursor = page.nextCursor ? `&cursor=${page.nextCursor}` : "";
    } while (cursor);
    expect(found.toSorted()).toEqual(wanted.toSorted());
  });

  test("what is shared is its maker's to change, and an administrator's", async () => {
    const { owner, member } = acme.users;
    const { id } = await made<Filter>(save(member.call, { name: "Team", query: { tag: "vip" }, shared: true }));
    const colleague = await made<{ token: string }>(
      acme.call("POST", "/v1/sessions", { user: { externalId: "second", name: "Second" }, role: "member" }),
    );
    const second = world.as(colleague.token);
    const path = `/v1/filters/${id}`;
    expect(await second("PATCH", path, { name: "Theirs" })).toMatchObject({
      status: 403,
      body: { code: "forbidden", allowedRoles: ["owner", "admin"] },
    });
    expect(await second("DELETE", path)).toMatchObject({ status: 403 });
    expect(await member.call("PATCH", path, { query: { tag: "urgent" } })).toMatchObject({
      body: { name: "Team", query: { tag: "urgent" }, shared: true },
    });
    expect(await owner.call("PATCH", path, { name: "All of us" })).toMatchObject({ body: { name: "All of us" } });
    // It outlives its maker; what is a person's own goes with them.
    await made(save(member.call, { name: "mine", query: {} }));
    await made(acme.call("DELETE", "/v1/users/ext:member"));
    expect(await names(acme.call)).toEqual(["All of us"]);
    expect((await owner.call("DELETE", path)).status).toBe(204);
    expect(await names(acme.call)).toEqual([]);
  });

  test("a viewer saves their own and shares none; a key has none of its own", async () => {
    const { viewer } = acme.users;
    expect((await save(viewer.call, { name: "mine", query: {} })).status).toBe(201);
    expect(await save(viewer.call, { name: "ours", query: {}, shared: true })).toMatchObject({ status: 403 });
    expect(await save(acme.call, { name: "mine", query: {}, shared: false })).toMatchObject({ status: 422 });
  });

  test("a query is read as the list would read it", async () => {
    const wrong: [object, string][] = [
      [{ state: "gone" }, "state"],
      [{ assigneeId: "Ada" }, "assigneeId"],
      [{ participant: "nobody" }, "participant"],
      [{ record: "crm:account" }, "record"],
      [{ unread: "true" }, "unread"],
      [{ color: "red" }, "color"],
    ];
    for (const [query, field] of wrong) {
      const { status, body } = await save(acme.users.owner.call, { name: "Wrong", query });
      expect([status, body.issues?.[0]?.path], JSON.stringify(query)).toEqual([422, ["query", field]]);
    }
    expect(await names(acme.users.owner.call)).toEqual([]);
  });

  test("with a key it is saved once, and there is an end to how many", async () => {
    const { owner } = acme.users;
    const key = { "idempotency-key": "filter-1" };
    const [first, second] = [
      await save(owner.call, { name: "Once", query: {} }, key),
      await save(owner.call, { name: "Once", query: {} }, key),
    ];
    expect(second.body.id).toBe(first.body.id);
    for (let count = 1; count < 200; count++) await made(save(owner.call, { name: `${count}`, query: {} }));
    expect(await save(owner.call, { name: "One more", query: {} })).toMatchObject({ status: 409 });
    expect((await save(acme.users.admin.call, { name: "Mine", query: {} })).status).toBe(201);
  });

  test("lists know who `me` is, and what is nobody's", async () => {
    const { owner, member } = acme.users;
    const open = (phone: string) =>
      made<Conversation>(acme.call("POST", "/v1/conversations", { lineId: acme.line.id, participants: [phone] }));
    const [mine, nobodys] = [await open("+14255550101"), await open("+14255550102")];
    await made(acme.call("PATCH", `/v1/conversations/${mine.id}`, { assigneeId: member.id }));
    const listed = async (call: Caller, query: string) =>
      (await made<Page<Conversation>>(call("GET", `/v1/conversations?${query}`))).data.map(({ id }) => id);
    expect(await listed(member.call, "assigneeId=me")).toEqual([mine.id]);
    expect(await listed(owner.call, "assigneeId=me")).toEqual([]);
    expect(await listed(acme.call, "assigneeId=none")).toEqual([nobodys.id]);
    expect(await acme.call("GET", "/v1/conversations?assigneeId=me")).toMatchObject({ status: 422 });
    expect(await made<User>(member.call("GET", "/v1/users/me"))).toMatchObject({ id: member.id });
    expect(await acme.call("GET", "/v1/users/me")).toMatchObject({ status: 404 });
  });
});
