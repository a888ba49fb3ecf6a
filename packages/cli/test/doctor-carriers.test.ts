import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createSandbox, type Sandbox } from "@trunkline/sandbox/node";
import { apiKeyAuth, createTrunkline, type Trunkline } from "@trunkline/sdk";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { CarrierSubject } from "../src/doctor/carriers/ground.ts";
import { CARRIER_CHECKS, examineCarriers } from "../src/doctor/carriers/index.ts";
import type { Finding } from "../src/doctor/check.ts";
import { gather } from "../src/print-entities.ts";

/* The doctor at the real gateway with simulated carriers. */

let sandbox: Sandbox;
let trunkline: Trunkline;
let subject: CarrierSubject;
beforeAll(async () => {
  sandbox = await createSandbox({ now: "2026-11-02T09:00:00Z", carriers: ["twilio", "acs"] });
  subject = { gateway: sandbox.url, key: sandbox.operatorKey, fetch: sandbox.fetch };
  const auth = apiKeyAuth(sandbox.tenants[0]?.apiKey ?? "");
  trunkline = createTrunkline({ gateway: sandbox.url, auth, fetch: sandbox.fetch });
});
afterAll(async () => {
  await trunkline.close();
  await sandbox.close();
});
beforeEach(() => sandbox.carrier("twilio").configure({}));

const named = (findings: readonly Finding[]) =>
  findings.flatMap(({ id, status }) => (["broken", "warning", "unknown"].includes(status) ? [`${status} ${id}`] : []));
const seen = (findings: readonly Finding[], id: string) => findings.find((one) => one.id === id)?.seen;
/** The gateway with another answer to some requests. */
const answering = (answer: (url: URL) => Response | undefined): CarrierSubject => ({
  ...subject,
  fetch: async (input, init) => answer(new URL(new Request(input, init).url)) ?? sandbox.fetch(input, init),
});

test("accounts that work have nothing wrong with them, of all tenants and of one", async () => {
  const findings = await examineCarriers(subject);
  expect(named(findings)).toEqual([]);
  expect(findings.map(({ id }) => id)).toEqual(CARRIER_CHECKS.map(({ id }) => id));
  expect(findings.every(({ status }) => status === "ok")).toBe(true);
  const one = await examineCarriers({ ...subject, key: sandbox.tenants[1]?.apiKey ?? "" });
  expect(named(one)).toEqual([]);
  expect(seen(one, "carriers.accounts")).toBe("1");
});

test("without a key nothing is looked at; a gateway that is away or does not know the key is told once", async () => {
  const without = await examineCarriers({ ...subject, key: null });
  expect(new Set(without.map(({ status }) => status))).toEqual(new Set(["not_needed"]));
  const away = () => Promise.reject(new TypeError("fetch failed"));
  expect(named(await examineCarriers({ ...subject, fetch: away }))).toEqual(["unknown carriers.gateway"]);
  const stranger = await examineCarriers({ ...subject, key: "tlk_nobody" });
  expect(named(stranger)).toEqual(["unknown carriers.gateway"]);
  expect(stranger.filter(({ status }) => status === "not_checked")).toHaveLength(CARRIER_CHECKS.length - 1);
});

test("credentials that the carrier no longer takes", async () => {
  const refused = answering(({ pathname }) =>
    pathname.endsWith("/test") ? Response.json({ result: "refused", message: "Authenticate" }) : undefined,
  );
  const findings = await examineCarriers(refused);
  expect(named(findings)).toEqual(["broken carriers.credentials"]);
  expect(seen(findings, "carriers.credentials")).toContain("Authenticate");
});

test("a carrier that is away is not known to refuse anything", async () => {
  await sandbox.carrier("twilio").configure({ down: true });
  const findings = await examineCarriers(subject);
  expect(named(findings)).toEqual(["unknown carriers.credentials"]);
  expect(seen(findings, "carriers.credentials")).toContain("On Twilio");
});

test("a proxy that answers in the gateway's place, or lets nothing through", async () => {
  const proxied = answering(({ pathname }) =>
    pathname.startsWith("/carriers/twilio") ? new Response("<html>", { status: 404 }) : undefined,
  );
  const findings = await examineCarriers(proxied);
  expect(named(findings)).toEqual(["broken carriers.webhooks_reachable"]);
  expect(seen(findings, "carriers.webhooks_reachable")).toContain("answered 404");
  const walled = answering(({ pathname }) => {
    if (pathname.startsWith("/carriers/")) throw new TypeError("fetch failed");
    return undefined;
  });
  expect(named(await examineCarriers(walled))).toEqual(["broken carriers.webhooks_reachable"]);
});

test("a line whose number is at another account", async () => {
  const accounts = await gather(trunkline.carrierAccounts.list());
  const twilio = accounts.find(({ carrier }) => carrier === "twilio");
  if (!twilio) throw new Error("the sandbox has an account at Twilio");
  const line = await trunkline.lines.create({ name: "Lost", number: "+12535550177", carrierAccountId: twilio.id });
  const findings = await examineCarriers(subject);
  expect(named(findings)).toEqual(["broken carriers.numbers"]);
  expect(seen(findings, "carriers.numbers")).toContain("+12535550177");
  await trunkline.lines.delete(line.id);
  expect(named(await examineCarriers(subject))).toEqual([]);
});

test("texts that wait for a carrier, and texts that fail too often", async () => {
  const from = sandbox.lines.find(({ carrier }) => carrier === "acs")?.number ?? "";
  await sandbox.carrier("acs").configure({ dropAnswers: 1, receipts: "none" });
  for (let n = 0; n < 12; n++) {
    await trunkline.messages.send({ from, to: `+14255550${String(100 + n)}` }, { text: `Text ${n}` });
  }
  await sandbox.idle();
  const waiting = await examineCarriers(subject);
  expect(named(waiting)).toEqual(["broken carriers.health"]);
  expect(seen(waiting, "carriers.health")).toContain("On Azure");
  await sandbox.carrier("acs").configure({});
  for (let minute = 0; minute < 4; minute++) await sandbox.clock.advance("PT1M");
  await trunkline.messages.send({ from, to: "+14255550199" }, { text: "And once more" });
  await sandbox.clock.advance("PT15S");
  const failing = await examineCarriers(subject);
  expect(named(failing)).toEqual(["warning carriers.health"]);
});

test("every finding leads to a place in the guide that is there", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/carriers.md"), "utf8");
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) => title.toLowerCase().replaceAll(" ", "-"));
  for (const { link } of CARRIER_CHECKS) expect(headings.map((title) => `docs/carriers.md#${title}`)).toContain(link);
});
