import type { EventPage, Message, OptIn, OptInImport, OptInLookUp, Page, Tenant } from "@trunkline/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { type PlainCarrier, plainCarrier, webhook } from "./plain-carrier.ts";
import type { StoreKind } from "./stores.ts";
import { type Caller, made, type TestGateway, type TestTenant, testGateway } from "./test-gateway.ts";

export const PHONE = "+14255550101";
export const OTHER = "+14255550102";
export const FORM = { method: "web_form", wording: "Text me offers", url: "https://acme.example/join" };
export const STAFF = { method: "staff", note: "asked me on the phone" };

/** A gateway for a suite about opt-ins, with a tenant of its own for each test, and the calls that such tests make. */
export function optInCalls(store: StoreKind) {
  let carrier: PlainCarrier;
  let world: TestGateway;
  let acme: TestTenant;
  let tenants = 0;
  let texts = 0;

  const newTenant = async () => {
    acme = await world.newTenant(`acme ${tenants++}`);
  };
  beforeAll(async () => {
    carrier = plainCarrier();
    world = await testGateway(store, { fetch: carrier.fetch });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    await newTenant();
    carrier.taken.length = 0;
    carrier.script.length = 0;
  });
  afterEach(() => world.gateway.idle()); // nothing of one test reaches the carrier in the next

  const importing = (body: object, headers: Record<string, string> = {}) =>
    made<OptInImport>(acme.call("POST", "/v1/opt-ins/import", body, headers));
  return {
    get carrier() {
      return carrier;
    },
    get world() {
      return world;
    },
    get acme() {
      return acme;
    },
    newTenant,
    /** The owner of a phone texts the line. */
    async says(text: string, from = PHONE) {
      const message = { id: `in_${texts++}`, from, to: acme.line.number, text, media: [] };
      expect((await webhook(world, acme, "messages", message)).status).toBe(204);
    },
    put: (body: object, call: Caller = acme.call) =>
      call<OptIn & { code: string; detail: string }>("PUT", "/v1/opt-ins", { number: PHONE, ...body }),
    send: (to = PHONE) => acme.call<Message>("POST", "/v1/messages", { from: acme.line.number, to, text: "Hi" }),
    settings: (sending: object) => made<Tenant>(acme.call("PATCH", "/v1/tenant", { sending })),
    async lookUp(numbers: string[] = [PHONE], call: Caller = acme.call) {
      return (await made<OptInLookUp>(call("POST", "/v1/opt-ins/lookup", { numbers }))).data;
    },
    async list(query = "") {
      return (await made<Page<OptIn>>(acme.call("GET", `/v1/opt-ins${query}`))).data;
    },
    /** What was told of changes. */
    async changes(call: Caller = acme.call) {
      const { data } = await made<EventPage>(call("GET", "/v1/events?types=opt_in.changed&limit=200"));
      return data.map((one) => one.data as OptIn);
    },
    importing,
    csv: (...lines: string[]) => importing({ csv: lines.join("\n") }),
    async file(query: string) {
      return (await acme.call<string>("GET", `/v1/opt-ins/export${query}`)).body;
    },
  };
}
