import { ConfidentialClientApplication, type INetworkModule } from "@azure/msal-node";
import { expect, test } from "vitest";
import { createWorld } from "../src/create-world.ts";
import { memoryJournal } from "../src/journal.ts";
import { createSandbox } from "../src/node/index.ts";
import type { WorldEntry } from "../src/state.ts";

/** msal-node's network over a `fetch`. */
function networkOver(fetch: (request: Request) => Promise<Response>): INetworkModule {
  const send = async <Body>(method: string, url: string, options?: { headers?: HeadersInit; body?: string }) => {
    const { headers = {}, body } = options ?? {};
    const response = await fetch(new Request(url, { method, headers, ...(body === undefined ? {} : { body }) }));
    return {
      headers: Object.fromEntries(response.headers),
      body: (await response.json()) as Body,
      status: response.status,
    };
  };
  return {
    sendGetRequestAsync: (url, options) => send("GET", url, options),
    sendPostRequestAsync: (url, options) => send("POST", url, options),
  };
}

test("msal-node signs in to a sandbox in this process, and its token opens the sandbox's Graph", async () => {
  const sandbox = await createSandbox();
  const { authority, graph, tenantId, clients, users } = sandbox.microsoft;
  const [consented, unconsented] = clients;
  expect(authority).toBe(`https://login.trunkline.test/${tenantId}`);
  expect(clients.map((client) => client.consented)).toEqual([true, false, false]);
  expect(users.map(({ role }) => role)).toEqual(["global_admin", "member", "member", "guest"]);
  const usersSeenBy = async (client = consented) => {
    const msal = new ConfidentialClientApplication({
      auth: {
        clientId: client!.clientId,
        clientSecret: client!.clientSecret,
        authority,
        knownAuthorities: [new URL(authority).host],
      },
      system: { networkClient: networkOver((request) => sandbox.fetch(request)) },
    });
    const token = await msal.acquireTokenByClientCredential({ scopes: ["https://graph.microsoft.com/.default"] });
    const answer = await sandbox.fetch(`${graph}/users`, {
      headers: { authorization: `Bearer ${token?.accessToken}` },
    });
    return { status: answer.status, body: (await answer.json()) as { value?: { userPrincipalName: string }[] } };
  };
  const seen = await usersSeenBy();
  const names = seen.body.value?.map(({ userPrincipalName }) => userPrincipalName);
  expect(names?.toSorted()).toEqual(users.map(({ upn }) => upn).toSorted());
  expect((await usersSeenBy(unconsented)).status).toBe(403);
  await sandbox.close();
});

test("a world that begins again has the same tenant and keys: tokens, refresh tokens and contacts hold", async () => {
  const journal = memoryJournal<WorldEntry>();
  const first = await createWorld({ url: "http://world.test", journal });
  const { microsoft } = first.world.describe();
  const [client] = microsoft.clients;
  const person = first.world.microsoft.directory.findUser(microsoft.users[1]!.upn)!;
  first.world.microsoft.directory.grantScopes(client!.clientId, null, ["User.Read", "Contacts.ReadWrite"]);
  first.world.microsoft.announced(["http://127.0.0.1:4080", "https://sms.example.com"]);

  const redirect = "http://localhost/auth/callback";
  const post = (world: typeof first, path: string, fields: Record<string, string>) =>
    world.fetchEntra(
      new Request(`${microsoft.authority}${path}`, { method: "POST", body: new URLSearchParams(fields) }),
    );
  const scope = "openid offline_access User.Read Contacts.ReadWrite";
  const ask = new URLSearchParams({
    client_id: client!.clientId,
    redirect_uri: redirect,
    response_type: "code",
    scope,
  });
  const picked = await post(first, `/oauth2/v2.0/authorize?${ask}`, { account: person.id });
  const code = new URL(picked.headers.get("location")!).searchParams.get("code")!;
  const proof = { client_id: client!.clientId, client_secret: client!.clientSecret };
  const redeem = { ...proof, grant_type: "authorization_code", code, redirect_uri: redirect };
  const tokens = await (await post(first, "/oauth2/v2.0/token", redeem)).json();
  const graph = (world: typeof first, method: string, path: string, body?: object) =>
    world.fetch(
      new Request(`${microsoft.graph}${path}`, {
        method,
        headers: { authorization: `Bearer ${tokens.access_token}` },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
    );
  const contact = { givenName: "Pavel", businessPhones: ["+1 425 555 0123"] };
  expect((await graph(first, "POST", "/me/contacts", contact)).status).toBe(201);
  first.world.microsoft.graph.faults.replace([{ status: 503, path: "/users", times: 2 }]);
  first.world.microsoft.entraFaults.replace([{ status: null, times: 1 }]);
  await first.world.durable();
  await first.stop();

  const copy = memoryJournal(JSON.parse(JSON.stringify(journal.entries)) as WorldEntry[]);
  const second = await createWorld({ url: "http://world.test", journal: copy });
  expect(second.world.describe().microsoft).toEqual({
    ...microsoft,
    clients: first.world.microsoft.describe().clients,
  });
  expect(second.world.microsoft.gatewayApp.redirectUris.map(({ uri }) => uri)).toEqual([
    "http://127.0.0.1:4080/microsoft/callback",
    "https://sms.example.com/microsoft/callback",
  ]);
  expect((await graph(second, "GET", "/me")).status).toBe(200);
  const { value } = await (await graph(second, "GET", "/me/contacts")).json();
  expect(value).toMatchObject([contact]);
  expect(second.world.microsoft.graph.faults.list).toEqual([{ status: 503, path: "/users", times: 2 }]);
  const refresh = { ...proof, grant_type: "refresh_token", refresh_token: tokens.refresh_token, scope };
  expect((await post(second, "/oauth2/v2.0/token", refresh)).type).toBe("error"); // the outage of before
  expect((await post(second, "/oauth2/v2.0/token", refresh)).status).toBe(200);
  expect((await (await post(second, "/oauth2/v2.0/token", redeem)).json()).error_codes).toEqual([54005]);
  await second.stop();
});
