import type { ListBroadcasts, ListDeliveries, ListOptIns, ListRecipients, ListTemplates } from "@trunkline/protocol";
import { ROUTES, type RouteDefinition } from "@trunkline/protocol/routes";
import { expect, expectTypeOf, test } from "vitest";
import type {
  BroadcastFilter,
  DeliveryFilter,
  OptInFilter,
  RecipientFilter,
  TemplateFilter,
  Trunkline,
} from "../src/index.ts";
import { startClient } from "./client.ts";
import { json } from "./fake-gateway.ts";

/* Whatever the gateway can do, the SDK can ask for. A new route fails to compile here until somebody says how. */

const id = <Prefix extends string>(prefix: Prefix) => `${prefix}_00000000000000000000000001` as const;
const evidence = { method: "staff", note: "Asked" } as const;
const number = "+14255550123";

const CALLS: Record<keyof typeof ROUTES, (trunkline: Trunkline) => Promise<unknown>> = {
  listTenants: ({ tenants }) => tenants.list({ limit: 2 }).page(),
  createTenant: ({ tenants }) => tenants.create({ name: "Acme" }),
  getTenant: ({ tenants }) => tenants.get("ext:acme"),
  updateTenant: ({ tenants }) => tenants.update(id("ten"), { limits: { textsPerDay: 100 } }),
  deleteTenant: ({ tenants }) => tenants.delete(id("ten")),
  exportTenant: ({ tenants }) => tenants.export("ext:acme"),
  getOwnTenant: ({ tenant }) => tenant.get(),
  updateOwnTenant: ({ tenant }) => tenant.update({ sending: { optInRequired: true } }),
  listKeys: ({ keys }) => keys.list({ limit: 2 }).page(),
  createKey: ({ keys }) => keys.create({ name: "server" }),
  deleteKey: ({ keys }) => keys.delete(id("key")),
  rotateKey: ({ keys }) => keys.rotate(id("key")),
  createSession: ({ sessions }) => sessions.create({ user: { externalId: "1", name: "Ada" } }),
  deleteSession: ({ sessions }) => sessions.delete(id("ses")),
  deleteUserSessions: ({ sessions }) => sessions.deleteAllOf("ext:1"),
  getMe: ({ me }) => me.get(),
  getUnread: ({ unread }) => unread.get(),
  listUsers: ({ users }) => users.list({ limit: 2 }).page(),
  getUser: ({ users }) => users.get("ext:1"),
  updateUser: ({ users }) => users.update(id("usr"), { role: "admin" }),
  upsertUsers: ({ users }) => users.upsertMany({ users: [{ externalId: "1", name: "Ada" }] }),
  deleteUser: ({ users }) => users.delete(id("usr")),
  listGroups: ({ groups }) => groups.list({ limit: 2 }).page(),
  createGroup: ({ groups }) => groups.create({ name: "Sales", members: [id("usr")] }),
  getGroup: ({ groups }) => groups.get(id("grp")),
  updateGroup: ({ groups }) => groups.update(id("grp"), { members: [] }),
  deleteGroup: ({ groups }) => groups.delete(id("grp")),
  listCarrierAccounts: ({ carrierAccounts }) => carrierAccounts.list({ limit: 2 }).page(),
  createCarrierAccount: ({ carrierAccounts }) =>
    carrierAccounts.create({ carrier: "sandbox", name: "Sandbox", credentials: { apiKey: "k" } }),
  getCarrierAccount: ({ carrierAccounts }) => carrierAccounts.get(id("acc")),
  updateCarrierAccount: ({ carrierAccounts }) => carrierAccounts.update(id("acc"), { keywordAnswers: "carrier" }),
  deleteCarrierAccount: ({ carrierAccounts }) => carrierAccounts.delete(id("acc")),
  testCarrierAccount: ({ carrierAccounts }) => carrierAccounts.test(id("acc")),
  listCarrierNumbers: ({ carrierAccounts }) => carrierAccounts.numbers(id("acc")).page(),
  listLines: ({ lines }) => lines.list({ limit: 2 }).page(),
  createLine: ({ lines }) => lines.create({ name: "Desk", carrierAccountId: id("acc"), number }),
  getLine: ({ lines }) => lines.get(id("line")),
  updateLine: ({ lines }) => lines.update(id("line"), { quietHours: "none" }),
  deleteLine: ({ lines }) => lines.delete(id("line")),
  listConversations: ({ conversations }) => conversations.list({ state: "open", limit: 2 }).page(),
  openConversation: ({ conversations }) => conversations.open({ lineId: id("line"), participants: [number] }),
  getConversation: ({ conversations }) => conversations.get(id("conv")),
  updateConversation: ({ conversations }) => conversations.update(id("conv"), { state: "closed" }),
  claimConversation: ({ conversations }) => conversations.claim(id("conv")),
  transferConversation: ({ conversations }) => conversations.transfer(id("conv"), { lineId: id("line") }),
  signalTyping: ({ conversations }) => conversations.setTyping(id("conv"), true),
  signalViewing: ({ conversations }) => conversations.setViewing(id("conv"), false),
  markRead: ({ conversations }) => conversations.markRead(id("conv"), 3),
  uploadMedia: ({ media }) => media.upload(new Blob(["GIF89a"])),
  getMedia: ({ media }) => media.get(id("med")),
  listMessages: ({ messages }) => messages.list(id("conv"), { order: "asc", afterSequence: 3 }).page(),
  sendMessage: ({ messages }) =>
    messages.send(id("conv"), { templateId: id("tpl"), variables: { name: "Eva" }, locale: "es" }),
  sendMessageTo: ({ messages }) =>
    messages.send(
      { from: "+12065550100", to: number },
      { text: "Hi", sendAt: { local: "2026-12-01T09:00", timeZone: "UTC" }, metadata: { job: "1" } },
    ),
  getMessage: ({ messages }) => messages.get(id("msg")),
  retryMessage: ({ messages }) => messages.retry(id("msg")),
  checkMessage: ({ messages }) => messages.check(id("conv"), { text: "Hi" }),
  checkMessageTo: ({ messages }) => messages.check({ from: "+12065550100", to: number }),
  cancelMessage: ({ messages }) => messages.cancel(id("msg")),
  search: (trunkline) => trunkline.search({ q: "boat", in: ["messages"], lineId: id("line"), limit: 2 }),
  listFilters: ({ filters }) => filters.list({ limit: 2 }).page(),
  createFilter: ({ filters }) => filters.create({ name: "Mine", query: { assigneeId: "me", unread: true } }),
  getFilter: ({ filters }) => filters.get(id("flt")),
  updateFilter: ({ filters }) => filters.update(id("flt"), { shared: true }),
  deleteFilter: ({ filters }) => filters.delete(id("flt")),
  listTemplates: ({ templates }) => templates.list({ name: "ready", limit: 2 }).page(),
  createTemplate: ({ templates }) => templates.create({ name: "Ready", text: "Ready, {{name}}" }),
  getTemplate: ({ templates }) => templates.get(id("tpl")),
  updateTemplate: ({ templates }) => templates.update(id("tpl"), { variants: [] }),
  deleteTemplate: ({ templates }) => templates.delete(id("tpl")),
  previewTemplate: ({ templates }) => templates.preview(id("tpl"), { variables: { name: "Eva" } }),
  listBroadcasts: ({ broadcasts }) => broadcasts.list({ state: "running", lineId: id("line") }).page(),
  createBroadcast: ({ broadcasts }) =>
    broadcasts.create({
      lineId: id("line"),
      text: "Hi {{name}}",
      recipients: [{ to: number, variables: { name: "A" } }],
    }),
  getBroadcast: ({ broadcasts }) => broadcasts.get(id("bct")),
  listRecipients: ({ broadcasts }) => broadcasts.recipients(id("bct"), { state: "skipped" }).page(),
  pauseBroadcast: ({ broadcasts }) => broadcasts.pause(id("bct")),
  resumeBroadcast: ({ broadcasts }) => broadcasts.resume(id("bct")),
  cancelBroadcast: ({ broadcasts }) => broadcasts.cancel(id("bct")),
  listOptIns: ({ optIns }) =>
    optIns
      .list({ state: "opted_out", lineId: id("line"), needsReview: true, updatedAfter: "2026-11-01T00:00:00Z" })
      .page(),
  putOptIn: ({ optIns }) => optIns.set({ number, state: "opted_out", evidence }),
  lookUpOptIns: ({ optIns }) => optIns.lookup({ numbers: [number] }),
  importOptIns: ({ optIns }) => optIns.import({ entries: [{ number, state: "opted_out", evidence }] }),
  exportOptIns: ({ optIns }) => optIns.export({ format: "ndjson", what: "history" }),
  planPermissions: ({ consent }) => consent.permissions(["messaging", "mail"]),
  getConsent: ({ consent }) => consent.get(),
  connectMicrosoft: ({ consent }) => consent.link({ features: ["messaging"], returnTo: "https://app.example/" }),
  requestAdmin: ({ consent }) => consent.adminRequest({ features: ["messaging"] }),
  disconnectMicrosoft: ({ consent }) => consent.disconnect({ of: "user" }),
  listWebhooks: ({ webhooks }) => webhooks.list({ limit: 2 }).page(),
  createWebhook: ({ webhooks }) => webhooks.create({ url: "https://crm.example/hooks", events: ["message.*"] }),
  getWebhook: ({ webhooks }) => webhooks.get(id("whk")),
  updateWebhook: ({ webhooks }) => webhooks.update(id("whk"), { enabled: true }),
  deleteWebhook: ({ webhooks }) => webhooks.delete(id("whk")),
  rotateWebhookSecret: ({ webhooks }) => webhooks.rotateSecret(id("whk")),
  testWebhook: ({ webhooks }) => webhooks.test(id("whk")),
  replayWebhook: ({ webhooks }) => webhooks.replay(id("whk"), { from: "2026-11-01T00:00:00Z" }),
  listDeliveries: ({ webhooks }) => webhooks.deliveries(id("whk"), { status: "failed" }).page(),
  listAudit: ({ audit }) => audit.list({ action: "updateLine", limit: 2 }).page(),
  exportAudit: ({ audit }) => audit.export({ format: "ndjson" }),
  listEvents: ({ events }) => events.page({ limit: 2 }),
};

for (const [name, call] of Object.entries(CALLS)) {
  test(`${name}: the call is the route's, and what it sends is what the route takes`, async () => {
    const route: RouteDefinition = ROUTES[name as keyof typeof ROUTES];
    const { gateway, trunkline } = startClient();
    gateway.meddle = ({ path }) =>
      path === "/v1/me" ? undefined : json({ data: [], nextCursor: null, status: null, lastMessage: null });
    await call(trunkline);
    const seen = gateway.calls.find(({ path }) => pathOf(route).test(path));
    expect(seen).toBeDefined();
    expect(seen?.method).toBe(route.method);
    expect(seen?.headers.has("Idempotency-Key")).toBe(route.idempotent === true);
    const query = Object.fromEntries(seen?.query ?? []);
    expect(route.query?.safeParse(query).error?.issues ?? []).toEqual([]);
    if (!route.query) expect(query).toEqual({});
    if (route.body) expect(route.body.safeParse(seen?.body).error?.issues ?? []).toEqual([]);
  });
}

const pathOf = ({ path }: RouteDefinition) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);

test("filters have every field that their routes take", () => {
  type Fields<Query> = Exclude<keyof Query, "cursor">;
  expectTypeOf<keyof TemplateFilter>().toEqualTypeOf<Fields<ListTemplates>>();
  expectTypeOf<keyof BroadcastFilter>().toEqualTypeOf<Fields<ListBroadcasts>>();
  expectTypeOf<keyof RecipientFilter>().toEqualTypeOf<Fields<ListRecipients>>();
  expectTypeOf<keyof DeliveryFilter>().toEqualTypeOf<Fields<ListDeliveries>>();
  expectTypeOf<keyof OptInFilter>().toEqualTypeOf<Fields<ListOptIns>>();
});
