import { expect, test } from "vitest";
import { type GraphAnswer, graphTenant } from "../../../test/graph-tenant.ts";

const MINUTE_MS = 60_000;

test("a call without a usable token is refused, and says which request it was", async () => {
  const { call, app } = graphTenant();
  for (const token of [
    null,
    "forged",
    "expired",
    app("User.Read.All").replace(/"tenantId":"[^"]+"/, '"tenantId":"other"'),
  ]) {
    const { status, json, headers } = await call(token, "GET", "/users", { headers: { "client-request-id": "mine" } });
    expect(status).toBe(401);
    expect(json.error?.code).toBe("InvalidAuthenticationToken");
    expect(json.error?.innerError).toMatchObject({
      "request-id": headers.get("request-id"),
      "client-request-id": "mine",
    });
  }
});

test("a token reaches what its permissions reach, and no more", async () => {
  const { call, app, as, person } = graphTenant();
  const ben = person("ben").id;
  const tries: [token: string, method: string, path: string, status: number, code?: string][] = [
    [app("User.Read.All"), "GET", "/users", 200],
    [app("Presence.Read.All"), "GET", "/users", 403, "Authorization_RequestDenied"],
    [app(), "GET", "/users", 403, "Authorization_RequestDenied"],
    [app("User.ReadBasic.All"), "GET", "/users/delta", 403, "Authorization_RequestDenied"],
    [app("User.Read.All"), "GET", "/me", 400, "BadRequest"],
    [as("ada", "User.Read"), "GET", "/me", 200],
    [as("ada", "User.Read"), "GET", `/users/${ben}`, 403, "Authorization_RequestDenied"],
    [as("ben", "User.Read"), "GET", `/users/${ben}`, 200],
    [as("ada", "User.Read"), "GET", `/users/${ben}/licenseDetails`, 403, "Authorization_RequestDenied"],
    [as("ada", "Contacts.Read"), "GET", `/users/${ben}/contacts`, 403, "ErrorAccessDenied"],
    [as("ada", "Contacts.Read"), "POST", "/me/contacts", 403, "ErrorAccessDenied"],
    [app("Contacts.Read"), "GET", `/users/${ben}/contacts`, 200],
    [as("ada", "Presence.Read"), "GET", `/users/${ben}/presence`, 403, "Forbidden"],
    [as("ada", "Presence.Read.All"), "GET", `/communications/presences/${ben}`, 200],
    [as("ada", "Presence.ReadWrite"), "POST", `/users/${ben}/presence/clearUserPreferredPresence`, 403, "Forbidden"],
  ];
  for (const [token, method, path, status, code] of tries) {
    const answer = await call(token, method, path);
    expect([method, path, answer.status, answer.json?.error?.code]).toEqual([method, path, status, code]);
  }
});

test("the token of a person who was switched off stops working", async () => {
  const { call, as, directory, person } = graphTenant();
  const token = as("ben", "User.Read");
  directory.putUser({ ...person("ben"), isEnabled: false });
  expect((await call(token, "GET", "/me")).status).toBe(401);
});

test("User.ReadBasic.All shows others in their basic properties only", async () => {
  const { call, app } = graphTenant();
  const path = "/users?$select=mail,userType&$filter=startswith(userPrincipalName,'ben')";
  const [basic] = (await call(app("User.ReadBasic.All"), "GET", path)).json.value;
  const [full] = (await call(app("User.Read.All"), "GET", path)).json.value;
  expect(basic).toMatchObject({ mail: "ben@northwind.example", userType: null });
  expect(full).toMatchObject({ mail: "ben@northwind.example", userType: "Member" });
});

test("users are filtered, sorted, chosen from and paged", async () => {
  const { call, app } = graphTenant();
  const token = app("User.Read.All");
  const names = async (query: string) => {
    const { json } = await call(token, "GET", `/users?${query}`);
    return json.value.map(({ displayName }) => displayName);
  };
  expect(await names("$filter=mail eq 'BEN@northwind.example'")).toEqual(["Ben Lindqvist"]);
  expect(
    await names(
      "$filter=not(userType eq 'Guest') and (startswith(displayName,'A') or displayName in ('Cleo Marsh'))&$orderby=displayName desc",
    ),
  ).toEqual(["Cleo Marsh", "Ada Okafor"]);
  const seen: string[] = [];
  let next: string | undefined = "/users?$top=3&$select=id";
  let pages = 0;
  while (next !== undefined) {
    const { json }: { json: GraphAnswer } = await call(token, "GET", next);
    seen.push(...json.value.map((user) => Object.keys(user).join()));
    next = json["@odata.nextLink"];
    pages++;
  }
  expect([pages, seen]).toEqual([2, ["id", "id", "id", "id"]]);
});

test("what Graph does not understand is refused, not passed over", async () => {
  const { call, app } = graphTenant();
  const tries = [
    ["GET", "/users?$foo=1", 400],
    ["GET", "/users?$expand=manager", 400],
    ["GET", "/users?$skip=1", 400],
    ["GET", "/users?$top=1000", 400],
    ["GET", "/users?$top=0", 400],
    ["GET", "/users?$select=shoeSize", 400],
    ["GET", "/users?$filter=mail eq", 400],
    ["GET", "/users?$filter=shoeSize eq '44'", 400],
    ["GET", "/users?$filter=mail eq 'a' 'b'", 400],
    ["GET", "/users?$skiptoken=mine", 400],
    ["GET", "/users/delta?$top=5", 400],
    ["GET", "/nowhere", 400],
    ["DELETE", "/users", 405],
    ["GET", "/users/nobody@northwind.example", 404],
    ["GET", "http://graph.test/beta/users", 404],
  ] as const;
  for (const [method, path, status] of tries) {
    const answer = await call(app("User.Read.All"), method, path);
    expect([path, answer.status, typeof answer.json.error?.code]).toEqual([path, status, "string"]);
  }
});

test("a delta tells what is new, changed and gone, once", async () => {
  const { call, app, directory, person, graph, clock } = graphTenant();
  const token = app("User.Read.All");
  const first = (await call(token, "GET", "/users/delta?$select=displayName")).json;
  expect(first.value).toHaveLength(4);
  const quiet = (await call(token, "GET", first["@odata.deltaLink"])).json;
  expect(quiet.value).toEqual([]);
  const { id } = person("cleo");
  directory.putUser({ ...person("ada"), displayName: "Ada Obi" });
  directory.putUser({ ...person("ben"), mail: "other@northwind.example" }); // not selected: no news
  directory.removeUser(id);
  const round = (await call(token, "GET", quiet["@odata.deltaLink"])).json;
  expect(round.value).toEqual([
    { id: person("ada").id, displayName: "Ada Obi" },
    { id, "@removed": { reason: "changed" } },
  ]);
  graph.forgetDeltas();
  const gone = await call(token, "GET", round["@odata.deltaLink"]);
  expect([gone.status, gone.json.error?.code]).toEqual([410, "syncStateNotFound"]);
  const fresh = (await call(token, "GET", gone.headers.get("location") ?? "")).json;
  expect(fresh.value).toHaveLength(3);
  clock.time += 7 * 24 * 60 * MINUTE_MS;
  expect((await call(token, "GET", fresh["@odata.deltaLink"])).status).toBe(410);
  const latest = (await call(token, "GET", "/users/delta?$deltatoken=latest")).json;
  expect(latest.value).toEqual([]);
});

test("contacts are kept per folder, paged, and tracked", async () => {
  const { call, as } = graphTenant();
  const token = as("ben", "Contacts.ReadWrite");
  const start = (await call(token, "GET", "/me/contacts/delta")).json;
  const made: GraphAnswer[] = [];
  for (let n = 0; n < 12; n++) {
    const body = { givenName: `Person ${n}`, surname: "Field", businessPhones: [`+1425555${1000 + n}`] };
    made.push((await call(token, "POST", "/me/contacts", { body })).json);
  }
  expect(made[0]).toMatchObject({ displayName: "Person 0 Field", businessPhones: ["+14255551000"] });
  const list = (await call(token, "GET", "/me/contacts?$select=displayName&$count=true")).json;
  expect([list.value.length, list["@odata.count"]]).toEqual([10, 12]);
  expect((await call(token, "GET", list["@odata.nextLink"] ?? "")).json.value).toHaveLength(2);

  await call(token, "PATCH", `/me/contacts/${made[1]?.id}`, { body: { mobilePhone: "+14255552000" } });
  expect((await call(token, "DELETE", `/me/contacts/${made[0]?.id}`)).status).toBe(204);
  const prefer = { headers: { prefer: "odata.maxpagesize=200" } };
  const round = (await call(token, "GET", start["@odata.deltaLink"], prefer)).json;
  expect(round.value).toHaveLength(11);
  await call(token, "DELETE", `/me/contacts/${made[1]?.id}`);
  const last = (await call(token, "GET", round["@odata.deltaLink"])).json;
  expect(last.value).toEqual([{ id: made[1]?.id, "@removed": { reason: "deleted" } }]);

  const folder = (await call(token, "POST", "/me/contactFolders", { body: { displayName: "Suppliers" } })).json;
  await call(token, "POST", `/me/contactFolders/${folder.id}/contacts`, { body: { displayName: "Oak" } });
  expect((await call(token, "GET", `/me/contactFolders/${folder.id}/contacts`)).json.value).toHaveLength(1);
  expect((await call(token, "GET", "/me/contacts?$count=true")).json["@odata.count"]).toBe(10);
  expect((await call(token, "POST", "/me/contacts", { body: { shoeSize: 44 } })).json.error?.code).toBe(
    "RequestBodyRead",
  );
});

test("presence is the strongest session, the preferred one before it, and fades", async () => {
  const { call, app, person, clock, graph, clientId } = graphTenant();
  const token = app("Presence.ReadWrite.All");
  const ben = person("ben").id;
  const path = `/users/${ben}/presence`;
  const seen = async () => {
    const { availability, activity } = (await call(token, "GET", path)).json;
    return `${availability}/${activity}`;
  };
  const set = (availability: string, activity: string, expirationDuration?: string) =>
    call(token, "POST", `${path}/setPresence`, {
      body: { sessionId: clientId, availability, activity, expirationDuration },
    });
  expect(await seen()).toBe("Offline/Offline");
  expect((await set("Available", "Available", "PT1H")).status).toBe(200);
  expect(await seen()).toBe("Available/Available");
  clock.time += 5 * MINUTE_MS;
  expect(await seen()).toBe("Available/AvailableInactive");
  clock.time += 5 * MINUTE_MS;
  expect(await seen()).toBe("Away/Away");
  graph.presence.setTeamsClient(ben, { availability: "Busy", activity: "InAMeeting" }, clock.now());
  expect(await seen()).toBe("Busy/InAMeeting");
  const preferred = { availability: "DoNotDisturb", activity: "DoNotDisturb", expirationDuration: "PT8H" };
  await call(token, "POST", `${path}/setUserPreferredPresence`, { body: preferred });
  expect(await seen()).toBe("DoNotDisturb/DoNotDisturb");
  await call(token, "POST", `${path}/clearUserPreferredPresence`);
  graph.presence.setTeamsClient(ben, null, clock.now());
  expect(await seen()).toBe("Away/Away");
  clock.time += 60 * MINUTE_MS;
  expect(await seen()).toBe("Offline/Offline");

  for (const [availability, activity, duration] of [
    ["Busy", "Busy", undefined],
    ["Available", "Available", "PT4M"],
    ["Available", "Available", "PT5H"],
    ["Available", "Available", "soon"],
  ] as const) {
    expect((await set(availability, activity, duration)).status).toBe(400);
  }
  const clear = { body: { sessionId: clientId } };
  expect((await call(token, "POST", `${path}/clearPresence`, clear)).status).toBe(404);
  const ids = Array.from({ length: 651 }, () => ben);
  expect((await call(token, "POST", "/communications/getPresencesByUserId", { body: { ids } })).status).toBe(400);
});

test("licences show the plans that decide about Teams and calling", async () => {
  const { call, app, person } = graphTenant();
  const plans = async (name: string) => {
    const { json } = await call(app("User.Read.All"), "GET", `/users/${person(name).id}/licenseDetails`);
    return json.value.flatMap(({ servicePlans }) => servicePlans.map(({ servicePlanName }) => servicePlanName));
  };
  expect(await plans("ben")).toEqual(["TEAMS1", "MCOEV"]);
  expect(await plans("cleo")).toEqual(["TEAMS1"]);
  const { json } = await call(app("LicenseAssignment.Read.All"), "GET", "/subscribedSkus");
  expect(json.value.map((sku) => sku.consumedUnits)).toEqual([1, 2]);
});

test("an app that asks too often waits as long as it is told, and longer when it does not", async () => {
  const { call, app, graph, clock } = graphTenant();
  const ask = () => call(app("User.Read.All"), "GET", "/users");
  graph.faults.limit({ requests: 2, seconds: 10 });
  expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
  clock.time += 4000;
  const refusal = await ask();
  expect([refusal.status, refusal.headers.get("retry-after")]).toEqual([429, "6"]);
  clock.time += 6000;
  expect((await ask()).status).toBe(200);
});

test("failures come as often as asked for, where asked for", async () => {
  const { call, app, graph } = graphTenant();
  const token = app("User.Read.All", "Presence.Read.All");
  graph.faults.add({ status: 503, times: 1, path: "/users", retryAfterSeconds: 3 });
  expect((await call(token, "GET", "/organization")).status).toBe(200);
  const failed = await call(token, "GET", "/users");
  expect([failed.status, failed.json.error?.code, failed.headers.get("retry-after")]).toEqual([
    503,
    "ServiceUnavailable",
    "3",
  ]);
  expect((await call(token, "GET", "/users")).status).toBe(200);
  const restore = graph.faults.add({ status: 504 });
  expect((await call(token, "GET", "/organization")).headers.get("retry-after")).toBeNull();
  restore();
  expect((await call(token, "GET", "/organization")).status).toBe(200);
});

test("a batch answers for each request, and skips what depends on a failed one", async () => {
  const { call, app, graph } = graphTenant();
  const token = app("User.Read.All");
  const batch = (requests: object[]) => call(token, "POST", "/$batch", { body: { requests } });
  graph.faults.add({ status: 429, path: "/subscribedSkus", retryAfterSeconds: 7 });
  const { status, json } = await batch([
    { id: "1", method: "GET", url: "/users?$top=1" },
    { id: "2", method: "GET", url: "/users/nobody" },
    { id: "3", method: "GET", url: "/users", dependsOn: ["2"] },
    { id: "4", method: "GET", url: "/organization", dependsOn: ["1"] },
    { id: "5", method: "GET", url: "/subscribedSkus" },
  ]);
  expect(status).toBe(200);
  const byId = new Map(json.responses.map((answer) => [answer.id, answer] as const));
  expect(["1", "2", "3", "4", "5"].map((id) => byId.get(id)?.status)).toEqual([200, 404, 424, 200, 429]);
  expect(byId.get("5")).toMatchObject({
    headers: { "Retry-After": "7", "Content-Type": expect.stringContaining("json") },
  });
  const item = { method: "GET", url: "/users" };
  const wrong = [
    [],
    Array.from({ length: 21 }, (_, n) => ({ ...item, id: String(n) })),
    [
      { ...item, id: "a" },
      { ...item, id: "A" },
    ],
    [
      { ...item, id: "1", dependsOn: ["2"] },
      { ...item, id: "2", dependsOn: ["1"] },
    ],
    [{ ...item, id: "1", dependsOn: ["9"] }],
    [{ id: "1", method: "POST", url: "/me/contacts", body: {} }],
  ];
  for (const requests of wrong) expect((await batch(requests)).status).toBe(400);
});
