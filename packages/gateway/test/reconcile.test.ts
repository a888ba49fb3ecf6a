import type { CarrierAccount, Conversation, Line, Page } from "@trunkline/protocol";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Tx } from "../src/store/database.ts";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

/* Twilio's list of messages is written out here; no webhook of it ever comes. */

const SID = "AC0123456789abcdef0123456789abcdef";
const MINUTE = 60_000;
const PAGE = 200;
const HALF = 250;

interface Listed {
  sid: string;
  from: string;
  to: string;
  body: string;
  direction: "inbound" | "outbound-api";
  status: string;
  error_code: null;
  date_created: string;
}

eachStore((store) => {
  let gateway: TestGateway;
  let acme: TestTenant;
  let line: Line;
  const carried: Listed[] = [];
  const lists: URL[] = [];
  let isUp = true;

  function carry(direction: Listed["direction"], from: string, to: string, body: string, status: string): Listed {
    const sid = `SM${String(carried.length).padStart(32, "0")}`;
    const date_created = new Date(gateway.clock.now()).toUTCString();
    const listed: Listed = { sid, from, to, body, direction, status, error_code: null, date_created };
    carried.push(listed);
    return listed;
  }

  function list(url: URL): Response {
    if (url.searchParams.has("DateSent>")) lists.push(url); // otherwise it is the credentials that are tried
    if (!isUp) return Response.json({ message: "Maintenance" }, { status: 503 });
    const since = Date.parse(url.searchParams.get("DateSent>") ?? "");
    const start = Number(url.searchParams.get("Page") ?? 0) * PAGE;
    const all = carried.filter(({ date_created }) => Date.parse(date_created) >= since - 1000).reverse();
    url.searchParams.set("Page", String(start / PAGE + 1));
    const next_page_uri = start + PAGE < all.length ? `${url.pathname}${url.search}` : null;
    return Response.json({ messages: all.slice(start, start + PAGE), next_page_uri });
  }

  beforeAll(async () => {
    gateway = await testGateway(store, {
      fetch: async (input, init) => {
        const request = new Request(input, init);
        const url = new URL(request.url);
        if (request.method === "GET") return url.pathname.endsWith("/Messages.json") ? list(url) : Response.json({});
        const { From = "", To = "", Body = "" } = Object.fromEntries(new URLSearchParams(await request.text()));
        const { sid } = carry("outbound-api", From, To, Body, "delivered"); // and its callbacks are lost
        return Response.json({ sid, status: "queued" }, { status: 201 });
      },
    });
    acme = await gateway.newTenant("Acme");
    const credentials = { accountSid: SID, authToken: "token" };
    const account = await made<CarrierAccount>(
      acme.call("POST", "/v1/carrier-accounts", { carrier: "twilio", name: "Twilio", credentials }),
    );
    line = await made<Line>(
      acme.call("POST", "/v1/lines", { name: "Desk", carrierAccountId: account.id, number: "+12065550199" }),
    );
  });
  afterAll(() => gateway.stop());

  const phone = (index: number) => `+1425555${String(1000 + index)}`;
  const count = (table: "messages" | "events", where: Readonly<Record<string, string>> = {}) =>
    gateway.database.tenant(acme.tenant.id, async (tx) => {
      let query = tx.selectFrom(table).select(({ fn }) => fn.countAll<string>().as("count"));
      for (const [column, value] of Object.entries(where)) query = query.where(sql.ref(column), "=", value);
      return Number((await query.executeTakeFirstOrThrow()).count);
    });
  /** Lets five minutes go by, and every look that is due then come to its end. */
  async function passTime() {
    gateway.clock.advance(5 * MINUTE);
    const due = (tx: Tx) =>
      tx
        .selectFrom("work")
        .select("id")
        .where("kind", "=", "reconcile")
        .where("due_at", "<=", new Date(gateway.clock.now()))
        .execute();
    await vi.waitFor(async () => expect(await gateway.database.tenant(acme.tenant.id, due)).toEqual([]));
  }
  const delivered = () => count("messages", { direction: "outbound", status: "delivered" });
  const received = () => count("messages", { direction: "inbound" });

  test("five hundred messages whose webhooks were lost are found, each once", async () => {
    for (let index = 0; index < HALF; index++)
      carry("inbound", phone(index), line.number ?? "", `In ${index}`, "received");
    carry("outbound-api", line.number ?? "", phone(1), "Sent by another system", "delivered");
    carry("inbound", phone(1), "+12065550111", "To a number that is no line", "received");
    await Promise.all(
      Array.from({ length: HALF }, (_, index) =>
        made(acme.call("POST", "/v1/messages", { from: line.number, to: phone(index), text: `Out ${index}` })),
      ),
    );
    await vi.waitFor(async () => expect(await count("messages", { status: "sent" })).toBe(HALF));

    await passTime();
    await vi.waitFor(async () => expect([await delivered(), await received()]).toEqual([HALF, HALF]));
    expect(lists).toHaveLength(3);

    const before = await count("events");
    await passTime(); // the same list once more
    expect(lists).toHaveLength(6);
    expect([await delivered(), await received(), await count("events")]).toEqual([HALF, HALF, before]);
  });

  test("a look that fails is taken again, from where the last one ended", async () => {
    isUp = false;
    await passTime();
    carry("inbound", phone(1), line.number ?? "", "While it was away", "received");
    await passTime();
    isUp = true;
    const found = async () => {
      const { data } = await made<Page<Conversation>>(acme.call("GET", "/v1/conversations?limit=1"));
      return data[0]?.lastMessage?.text;
    };
    expect(await found()).not.toBe("While it was away");
    await passTime();
    expect(await found()).toBe("While it was away");
  });
});
