import { join } from "node:path";
import type { Consent } from "@trunkline/protocol";
import { type MicrosoftFeature, planPermissions } from "@trunkline/protocol/permissions";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { PATIENCE_MS } from "../../../scripts/lib/patience.ts";
import { findChromium } from "../../../scripts/lib/tools.mjs";
import { type ListeningGateway, listeningGateway } from "./listening-gateway.ts";

/* Consent in a real browser, over real sockets: the gateway's pages with their script, and Entra ID's over https. */

const ADMIN = "ada@northwind.example";
const MEMBER = "ben@northwind.example";
const executablePath = findChromium();

let browser: Browser;
let gateway: ListeningGateway;
const pages: Page[] = [];
beforeAll(async () => {
  browser = await chromium.launch({
    ...(executablePath === null ? {} : { executablePath }),
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"],
  });
});
beforeEach(async () => {
  gateway = await listeningGateway();
});
afterEach(async () => {
  await Promise.all(pages.splice(0).map((page) => page.context().close()));
  await gateway.close();
});
afterAll(() => browser?.close());

/** A browser of somebody's own, which trusts the world's certificate as its owner was told to. */
async function somebody(): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  pages.push(page);
  return page;
}

const press = (page: Page, label: string) => page.getByRole("button", { name: label, exact: true }).click();
const stands = (page: Page, title: string) =>
  page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();

/** Kept where `TRUNKLINE_SCREENSHOTS` says, for people to look at. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.TRUNKLINE_SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: join(folder, `consent-${name}.png`), fullPage: true });
}

async function want(...features: MicrosoftFeature[]): Promise<void> {
  expect(await gateway.call("operator", "PATCH", "/v1/tenants/{tenantId}", { features })).toMatchObject({
    status: 200,
  });
}

/** What an admin would have granted for everybody: the plan of these features, and nothing else. */
async function grantPlan(...features: MicrosoftFeature[]): Promise<void> {
  const { gatewayClientId: clientId } = (await gateway.world("GET", "/microsoft")) as { gatewayClientId: string };
  const plan = planPermissions(features);
  const names = (planned: readonly { name: string; resource: string }[]) =>
    planned.filter(({ resource }) => resource === "graph").map(({ name }) => name);
  const scopes = names(plan.delegated).filter((name) => !["openid", "profile", "offline_access"].includes(name));
  await gateway.world("PATCH", "/microsoft/grants", { clientId, scopes, roles: names(plan.application) });
}

async function consentOf(who: string): Promise<Record<string, string>> {
  const { features } = (await gateway.call(who, "GET", "/v1/consent")).body as Consent;
  return Object.fromEntries(features.map(({ feature, state }) => [feature, state]));
}

/** Opens Microsoft's page to connect, and picks an account. */
async function connect(page: Page, who: string, account: string): Promise<void> {
  const { body } = await gateway.call(who, "POST", "/v1/consent/connect", {});
  await page.goto((body as { url: string }).url);
  await press(page, account);
}

async function approve(url: string): Promise<void> {
  const admin = await somebody();
  await admin.goto(url);
  await picture(admin, "admin-page");
  await press(admin, "Continue to Microsoft");
  await press(admin, ADMIN);
  await picture(admin, "admin-microsoft");
  await press(admin, "Accept");
  await stands(admin, "Thank you, it is approved");
  await picture(admin, "admin-approved");
}

async function ownerConnected(): Promise<void> {
  const owner = await somebody();
  await connect(owner, "ada", ADMIN);
  await press(owner, "Accept");
  await press(owner, "Connect");
  await stands(owner, "You are connected");
}

test("what is granted already connects by itself, with no more than the plan of the features that are switched on", async () => {
  await want("messaging", "directory");
  await grantPlan("messaging", "directory");
  const owner = await somebody();
  await connect(owner, "ada", ADMIN);
  await stands(owner, "Is this you?");
  await picture(owner, "granted-whose");
  await press(owner, "Connect");
  await stands(owner, "You are connected");
  await picture(owner, "granted-connected");
  // A second time nobody is asked anything.
  const { body } = await gateway.call("ada", "POST", "/v1/consent/connect", {});
  await owner.goto((body as { url: string }).url);
  await stands(owner, "You are connected");
  await expect.poll(() => consentOf("ada"), { timeout: PATIENCE_MS }).toMatchObject({ messaging: "granted" });
  expect(gateway.graphVisits).toContainEqual({ path: "/v1.0/me", status: 200 });
  expect(gateway.graphVisits.filter(({ status }) => status >= 400)).toEqual([]);
});

test("somebody whose admin must approve is connected a moment after that one has approved, without another click", async () => {
  await want("messaging");
  await ownerConnected();
  await gateway.world("PATCH", "/microsoft/policy", { userConsent: false });

  const member = await somebody();
  await connect(member, "chidi", MEMBER);
  await stands(member, "Need admin approval");
  await picture(member, "member-microsoft");
  await press(member, "Return to the application without granting consent");
  await stands(member, "An administrator must approve");
  await picture(member, "member-text");
  await press(member, "That is me: connect as soon as it is approved");
  const text = await member.getByLabel("Text for your administrator").inputValue();
  await approve(/http:\S+\/connect\/\S+/.exec(text)?.[0] ?? "");
  const approvedAt = performance.now();
  await stands(member, "You are connected");
  await picture(member, "member-connected");
  if (process.env.TRUNKLINE_SCREENSHOTS !== undefined) {
    process.stderr.write(`connected ${Math.round(performance.now() - approvedAt)} ms after the approval\n`);
  }
  expect(await consentOf("chidi")).toEqual({ messaging: "granted" });
});

test("an admin approves for everybody from the page that says what is asked and why", async () => {
  await want("messaging", "presence_read");
  const { body } = await gateway.call("ada", "POST", "/v1/consent/admin-requests", {});
  const admin = await somebody();
  await admin.goto((body as { url: string }).url);
  await admin.getByText("Shows who is free, busy or away.").waitFor();
  await approve((body as { url: string }).url);
  expect(await consentOf("ada")).toMatchObject({ presence_read: "granted" });
});

test("what a new release needs is asked for by a reconnect, while the rest goes on", async () => {
  await want("messaging");
  await ownerConnected();
  await want("messaging", "contact_sync");
  expect(await consentOf("ada")).toEqual({ messaging: "granted", contact_sync: "can_grant" });
  const owner = await somebody();
  await connect(owner, "ada", ADMIN);
  await stands(owner, "Permissions requested");
  await picture(owner, "reconnect-microsoft");
  await press(owner, "Accept");
  await stands(owner, "You are connected");
  expect(await consentOf("ada")).toEqual({ messaging: "granted", contact_sync: "granted" });
});
