import type {
  Conversation,
  CreatedSession,
  EventEnvelope,
  Group,
  Line,
  Message,
  Page,
  Problem,
  SearchResult,
} from "@trunkline/protocol";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readEvents } from "./support/event-reader.ts";
import { plainCarrier } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { type Caller, made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

eachStore((store) => {
  let world: TestGateway;
  let acme: TestTenant;
  let conversation: Conversation;
  let tenants = 0;

  beforeAll(async () => {
    world = await testGateway(store, { fetch: plainCarrier().fetch });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    acme = await world.newTenant(`groups ${tenants++}`);
    conversation = await made(
      acme.call("POST", "/v1/conversations", { lineId: acme.line.id, participants: ["+14255550101"] }),
    );
  });

  const newGroup = (body: object) => made<Group>(acme.call("POST", "/v1/groups", { name: "Sales", ...body }));
  const giveLine = (groups: string[]) => made<Line>(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { groups }));
  const send = (text: string) =>
    made<Message>(acme.call("POST", `/v1/conversations/${conversation.id}/messages`, { text }));
  const linesSeen = async (call: Caller) => (await made<Page<Line>>(call("GET", "/v1/lines"))).data.map(({ id }) => id);

  test("a group is made, listed, renamed and deleted", async () => {
    const { member, viewer } = acme.users;
    const group = await newGroup({ externalId: "team-7", members: [viewer.id, member.id, member.id] });
    expect(group).toMatchObject({ name: "Sales", externalId: "team-7", members: [member.id, viewer.id].sort() });
    const other = await newGroup({ name: "Service" });
    expect((await made<Page<Group>>(acme.call("GET", "/v1/groups"))).data).toEqual([other, group]);
    const renamed = await made<Group>(acme.users.admin.call("PATCH", `/v1/groups/${group.id}`, { name: "Shop" }));
    expect(renamed).toMatchObject({ name: "Shop", members: group.members, createdAt: group.createdAt });
    expect(renamed.updatedAt > group.updatedAt).toBe(true);
    expect(await made(member.call("GET", `/v1/groups/${group.id}`))).toEqual(renamed);
    expect((await acme.call("DELETE", `/v1/groups/${group.id}`)).status).toBe(204);
    expect((await acme.call("GET", `/v1/groups/${group.id}`)).status).toBe(404);
    expect((await acme.call("DELETE", `/v1/groups/${group.id}`)).status).toBe(404);
  });

  test("what cannot be is refused by the field's name", async () => {
    await newGroup({ externalId: "taken" });
    const again = await acme.call<Problem>("POST", "/v1/groups", { name: "Other", externalId: "taken" });
    expect([again.status, again.body.issues?.[0]?.path]).toEqual([409, ["externalId"]]);
    const nobody = `usr_${"0".repeat(26)}`;
    const stranger = await acme.call<Problem>("POST", "/v1/groups", { name: "Other", members: [nobody] });
    expect([stranger.status, stranger.body.issues?.[0]?.path]).toEqual([404, ["members", 0]]);
    const missing = await acme.call<Problem>("PATCH", `/v1/lines/${acme.line.id}`, {
      groups: [`grp_${"0".repeat(26)}`],
    });
    expect([missing.status, missing.body.issues?.[0]?.path]).toEqual([404, ["groups", 0]]);
    expect((await acme.users.member.call("POST", "/v1/groups", { name: "Mine" })).status).toBe(403);
  });

  test("members see the lines of their groups, wherever that counts", async () => {
    const { member, viewer } = acme.users;
    await send("Needle");
    const group = await newGroup({ members: [member.id] });
    expect(await linesSeen(member.call)).toEqual([]);
    const assigning = { assigneeId: member.id };
    const path = `/v1/conversations/${conversation.id}`;
    expect((await acme.call("PATCH", path, assigning)).status).toBe(422);
    expect((await giveLine([group.id])).groups).toEqual([group.id]);
    expect(await linesSeen(member.call)).toEqual([acme.line.id]);
    expect(await linesSeen(viewer.call)).toEqual([]);
    expect((await member.call("GET", path)).status).toBe(200);
    expect((await viewer.call("GET", path)).status).toBe(404);
    const found = await made<SearchResult>(member.call("POST", "/v1/search", { q: "needle", in: ["messages"] }));
    expect(found.messages?.data).toHaveLength(1);
    await made(acme.call("PATCH", path, assigning));
    const note = { kind: "note", text: "Look", mentions: [member.id] };
    const noted = await made<Message>(acme.call("POST", `${path}/messages`, note));
    expect(noted.mentions).toEqual([member.id]);

    await made(acme.call("PATCH", `/v1/groups/${group.id}`, { members: [viewer.id] }));
    expect(await linesSeen(member.call)).toEqual([]);
    expect(await linesSeen(viewer.call)).toEqual([acme.line.id]);
    await made(acme.call("DELETE", `/v1/groups/${group.id}`));
    expect(await linesSeen(viewer.call)).toEqual([]);
    expect((await made<Line>(acme.call("GET", `/v1/lines/${acme.line.id}`))).groups).toEqual([]);
  });

  test("one who sees a line twice goes on seeing it when one reason ends", async () => {
    const { member } = acme.users;
    const group = await newGroup({ members: [member.id] });
    await giveLine([group.id]);
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { assignees: [member.id] }));
    expect(await linesSeen(member.call)).toEqual([acme.line.id]);
    await made(acme.call("DELETE", `/v1/groups/${group.id}`));
    expect(await linesSeen(member.call)).toEqual([acme.line.id]);
  });

  test("a narrowed session sees no more through a group", async () => {
    const { member } = acme.users;
    const group = await newGroup({ members: [member.id] });
    await giveLine([group.id]);
    const other = await made<Line>(
      acme.call("POST", "/v1/lines", {
        name: "Other",
        carrierAccountId: acme.account.id,
        number: "+12065550199",
        groups: [group.id],
      }),
    );
    const { token } = await made<CreatedSession>(
      acme.call("POST", "/v1/sessions", {
        user: { externalId: "member", name: "The member" },
        scope: { lineIds: [other.id] },
      }),
    );
    expect(await linesSeen(world.as(token))).toEqual([other.id]);
    expect((await linesSeen(member.call)).toSorted()).toEqual([acme.line.id, other.id].sort());
  });

  test("an open stream shows a group's texts from joining on, and none after leaving", async () => {
    const { member } = acme.users;
    const group = await newGroup({});
    await giveLine([group.id]);
    const stream = await readEvents(world, member.session.token);
    await stream.next();
    await send("before");
    await world.gateway.idle();
    const join = (members: string[]) => made(acme.call("PATCH", `/v1/groups/${group.id}`, { members }));
    await join([member.id]);
    await stream.until(({ event }) => event === "stream.reset");
    const shows = (text: string) =>
      stream.until(({ event, data = "" }) => event === "message.created" && data.includes(text));
    await send("within");
    await shows("within");
    await join([]);
    await stream.until(({ event }) => event === "stream.reset");
    await send("after");
    await made(acme.call("PATCH", `/v1/users/${member.id}`, { name: "The last event" }));
    await stream.until(({ event }) => event === "user.updated");
    const texts = stream.frames.flatMap(({ event, data = "" }) =>
      event === "message.created" ? [(JSON.parse(data) as EventEnvelope & { data: Message }).data.text] : [],
    );
    expect(texts).toEqual(["within"]);
    await stream.close();
  });

  test("the stream of somebody who is suspended ends", async () => {
    const { member } = acme.users;
    const stream = await readEvents(world, member.session.token);
    await stream.next();
    await made(acme.call("PATCH", `/v1/users/${member.id}`, { suspended: true }));
    expect((await stream.rest()).at(-1)).toMatchObject({ event: "stream.end", data: '{"reason":"suspended"}' });
  });
});
