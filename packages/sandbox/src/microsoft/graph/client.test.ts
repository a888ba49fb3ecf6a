import graphClient from "@microsoft/microsoft-graph-client";
import { afterEach, expect, test, vi } from "vitest";
import { graphTenant } from "../../../test/graph-tenant.ts";

const { BatchRequestContent, BatchResponseContent, Client, PageIterator } = graphClient;

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Microsoft's own client, whose calls to `graph.microsoft.com` the simulator answers. */
function realClient() {
  const tenant = graphTenant();
  vi.stubGlobal("fetch", (input: string | Request, init?: RequestInit) => tenant.graph.fetch(new Request(input, init)));
  const client = (token: string) => Client.init({ authProvider: (done) => done(null, token) });
  return { ...tenant, client };
}

test("Microsoft's own client reads, writes, pages and follows changes", async () => {
  const { client, as, app, clientId } = realClient();
  const ben = client(as("ben", "User.Read", "Contacts.ReadWrite", "Presence.Read", "Presence.ReadWrite"));
  expect(await ben.api("/me").get()).toMatchObject({ displayName: "Ben Lindqvist" });
  expect(await ben.api("/me/contacts").post({ displayName: "Oak" })).toMatchObject({ displayName: "Oak" });
  await ben.api("/me/presence/setPresence").post({ sessionId: clientId, availability: "Busy", activity: "InACall" });
  expect(await ben.api("/me/presence").get()).toMatchObject({ availability: "Busy", activity: "InACall" });

  const service = client(app("User.Read.All"));
  const seen = new Set<string>();
  const first = await service.api("/users").top(2).select(["id", "mail"]).get();
  const pages = new PageIterator(service, first, ({ id }: { id: string }) => seen.add(id).size > 0);
  await pages.iterate();
  expect([seen.size, pages.isComplete()]).toEqual([4, true]);
  const changes = new PageIterator(service, await service.api("/users/delta").get(), () => true);
  await changes.iterate();
  expect((await service.api(changes.getDeltaLink() ?? "").get()).value).toEqual([]);
});

test("Microsoft's own client reads batches and errors, and waits when it is told to", async () => {
  const { client, app, graph } = realClient();
  const service = client(app("User.Read.All"));
  const requests = ["users?$top=1", "users/nobody"].map((path, index) => ({
    id: String(index),
    request: new Request(`https://graph.microsoft.com/${path}`),
  }));
  const content = await new BatchRequestContent(requests).getContent();
  const answers = new BatchResponseContent(await service.api("/$batch").post(content));
  expect((await answers.getResponseById("0").json()).value).toHaveLength(1);
  expect(answers.getResponseById("1").status).toBe(404);
  await expect(client(app()).api("/users").get()).rejects.toMatchObject({
    statusCode: 403,
    code: "Authorization_RequestDenied",
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  graph.faults.add({ status: 429, times: 1, retryAfterSeconds: 0 });
  expect((await service.api("/users").get()).value).toHaveLength(4);
});
