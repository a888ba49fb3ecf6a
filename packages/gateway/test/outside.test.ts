import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Problem, WebhookDelivery, WebhookTest, WebhookWithSecret } from "@trunkline/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { guardedFetch, type Lookup } from "../src/node/guarded-fetch.ts";
import { isAddressRefused, refuseAddress } from "../src/outside/address-check.ts";
import { INNER_ADDRESSES, OUTER_ADDRESSES } from "./support/inner-addresses.ts";
import { PGLITE } from "./support/stores.ts";
import { CREDENTIALS, made, testGateway } from "./support/test-gateway.ts";

/** A listener on every address of this machine; it counts who comes. */
let listener: Server;
let connections = 0;
let port: number;

beforeAll(async () => {
  listener = createServer((_, response) => response.end("inner secret"));
  listener.on("connection", () => {
    connections += 1;
  });
  listener.listen(0, "::");
  await once(listener, "listening");
  port = (listener.address() as AddressInfo).port;
});
afterAll(async () => {
  listener.close();
  listener.closeAllConnections();
  await once(listener, "close");
});

/** A resolver that answers with these, one after the other, and with the last one from then on. */
function resolver(...answers: string[][]): Lookup & { asked: number } {
  const lookup = (...[, , answer]: Parameters<Lookup>) => {
    const addresses = answers[Math.min(own.asked, answers.length - 1)] ?? [];
    own.asked += 1;
    answer(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
  const own = Object.assign(lookup, { asked: 0 });
  return own;
}

describe("spellings of inner addresses", () => {
  test("there are sixty at least", () => expect(new Set(INNER_ADDRESSES).size).toBeGreaterThanOrEqual(60));

  test.each(INNER_ADDRESSES)("%s is refused when a webhook names it", (address) => {
    expect(refuseAddress(`https://${address.replace("PORT", "8443")}/hooks`, "refuse")).not.toBeNull();
  });

  test("public ones are not", () => {
    for (const address of OUTER_ADDRESSES)
      expect(refuseAddress(`https://${address}/hooks`, "refuse"), address).toBeNull();
  });

  test("no connection is made to any of them, however the name or the number is spelt", async () => {
    const guarded = guardedFetch();
    connections = 0;
    for (const address of INNER_ADDRESSES) {
      const url = `http://${address.replace("PORT", String(port))}/`;
      const outcome = await guarded.fetch(url).catch((error: unknown) => error);
      expect(outcome, url).toBeInstanceOf(TypeError);
    }
    // The listener is there, and would have told.
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("inner secret");
    connections -= 1;
    expect(connections).toBe(0);
    await guarded.close();
  });
});

describe("names that lead inside", () => {
  const inner = [
    "127.0.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "10.1.2.3",
    "169.254.169.254",
    "fd00::1",
    "64:ff9b::7f00:1",
    "0.0.0.0",
  ];

  test.each(inner)("a name that leads to %s gets no connection", async (address) => {
    const guarded = guardedFetch({ lookup: resolver([address]) });
    connections = 0;
    const error = await guarded.fetch(`http://crm.example.com:${port}/`).catch((reason: unknown) => reason);
    expect(isAddressRefused(error)).toBe(true);
    expect(connections).toBe(0);
    await guarded.close();
  });

  test("one inner address among public ones is enough", async () => {
    const guarded = guardedFetch({ lookup: resolver(["93.184.215.14", "127.0.0.1"]) });
    const error = await guarded.fetch(`http://crm.example.com:${port}/`).catch((reason: unknown) => reason);
    expect(isAddressRefused(error)).toBe(true);
    await guarded.close();
  });

  test("a name is looked up once for a connection, which goes to the very address that was checked", async () => {
    // As public as it gets for the guard: the first answer is let through by its own rule for loopback.
    const lookup = resolver(["127.0.0.1"], ["10.0.0.1"]);
    const guarded = guardedFetch({ lookup, privateAddresses: "loopback" });
    connections = 0;
    expect(await (await guarded.fetch(`http://crm.example.com:${port}/`)).text()).toBe("inner secret");
    expect({ asked: lookup.asked, connections }).toEqual({ asked: 1, connections: 1 });
    await guarded.close();
  });

  test("a name that leads elsewhere the second time gains nothing", async () => {
    const server = createServer((_, response) => response.writeHead(200, { connection: "close" }).end("ok"));
    server.listen(0, "127.0.0.2");
    await once(server, "listening");
    const place = server.address() as AddressInfo;
    const lookup = resolver(["127.0.0.2"], ["10.0.0.1"], ["::ffff:10.0.0.1"]);
    const guarded = guardedFetch({ lookup, privateAddresses: "loopback" });
    const url = `http://rebind.example.com:${place.port}/`;
    expect(await (await guarded.fetch(url)).text()).toBe("ok");
    for (let n = 0; n < 2; n++) {
      expect(isAddressRefused(await guarded.fetch(url).catch((reason: unknown) => reason))).toBe(true);
    }
    expect(lookup.asked).toBe(3);
    await guarded.close();
    server.close();
    await once(server, "close");
  });

  test("redirects are not followed, whatever the caller asks", async () => {
    const door = createServer((_, response) => response.writeHead(302, { location: `http://10.0.0.1:${port}/` }).end());
    door.listen(0, "127.0.0.1");
    await once(door, "listening");
    const guarded = guardedFetch({ privateAddresses: "loopback" });
    const url = `http://127.0.0.1:${(door.address() as AddressInfo).port}/`;
    expect((await guarded.fetch(url, { redirect: "follow" })).status).toBe(302);
    const request = new Request(url, { method: "POST", body: "a body", headers: { "x-one": "1" } });
    expect((await guarded.fetch(request)).status).toBe(302);
    await guarded.close();
    door.close();
    door.closeAllConnections();
    await once(door, "close");
  });
});

describe("a gateway that is not in a sandbox", () => {
  test("a name that leads inside is told as such, and nothing connects", async () => {
    const guarded = guardedFetch({ lookup: resolver(["127.0.0.1"]) });
    const world = await testGateway(PGLITE, { environment: "production", outsideFetch: guarded.fetch });
    const acme = await world.newTenant("acme");
    const url = `https://crm.example.com:${port}/hooks`;
    const hook = await made<WebhookWithSecret>(acme.call("POST", "/v1/webhooks", { url, events: ["*"] }));
    connections = 0;
    const tried = await made<WebhookTest>(acme.call("POST", `/v1/webhooks/${hook.id}/test`));
    expect(tried).toMatchObject({ delivered: false, attempt: { status: null, error: "address_refused" } });
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { name: "Desk" }));
    await world.gateway.idle();
    const { data } = await made<{ data: WebhookDelivery[] }>(acme.call("GET", `/v1/webhooks/${hook.id}/deliveries`));
    expect(data.map(({ lastAttempt }) => lastAttempt?.error)).toEqual(["address_refused", "address_refused"]);
    expect(connections).toBe(0);
    await world.stop();
    await guarded.close();
  });

  test("inner addresses are refused for webhooks and for carriers, unless the operator lets them be", async () => {
    const strict = await testGateway(PGLITE, { environment: "production" });
    const acme = await strict.newTenant("acme");
    for (const host of ["127.0.0.1", "2130706433", "localhost", "[::ffff:7f00:1]", "10.0.0.1"]) {
      const url = `https://${host}/hooks`;
      const answered = await acme.call<Problem>("POST", "/v1/webhooks", { url, events: ["*"] });
      expect([answered.status, answered.body.issues?.[0]?.path]).toEqual([422, ["url"]]);
      const account = { carrier: "sandbox", name: "S", credentials: { ...CREDENTIALS, baseUrl: `http://${host}/` } };
      const refused = await acme.call<Problem>("POST", "/v1/carrier-accounts", account);
      expect([refused.status, refused.body.issues?.[0]?.path], host).toEqual([422, ["credentials", "baseUrl"]]);
      const { credentials } = account;
      expect((await acme.call("PATCH", `/v1/carrier-accounts/${acme.account.id}`, { credentials })).status).toBe(422);
    }
    await strict.stop();
    const lax = await testGateway(PGLITE, { environment: "production", privateAddresses: "allow" });
    const ours = await lax.newTenant("ours");
    const hook = { url: "http://10.0.0.1/hooks", events: ["*"] };
    expect((await ours.call("POST", "/v1/webhooks", hook)).status).toBe(201);
    const account = { carrier: "sandbox", name: "S", credentials: { ...CREDENTIALS, baseUrl: "http://10.0.0.1/" } };
    expect((await ours.call("POST", "/v1/carrier-accounts", account)).status).toBe(201);
    await lax.stop();
  });
});
