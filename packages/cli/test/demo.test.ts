import { platformTime, type Sandbox } from "@trunkline/sandbox";
import { createSandbox } from "@trunkline/sandbox/node";
import axe, { type AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { PATIENCE_MS } from "../../../scripts/lib/patience.ts";
import { findChromium } from "../../../scripts/lib/tools.mjs";
import { DEMO_HISTORY_MS, type Demo, seedDemo, startDemo } from "../src/demo/index.ts";
import { listen } from "../src/demo/listen.ts";
import { ARRANGED_TEXTS, SCHEDULED } from "../src/demo/story/arrangements.ts";
import { FRONT_DESK } from "../src/demo/story/front-desk.ts";
import { WORKSHOP } from "../src/demo/story/workshop.ts";
import { freshInbox } from "./fresh-inbox.ts";

const THREADS = [...FRONT_DESK, ...WORKSHOP];
const TEXTS = THREADS.flatMap(({ messages }) => messages);

const chromiumPath = findChromium();

let sandbox: Sandbox;
let demo: Demo;
let browser: Browser;
const doors: { close(): Promise<void> }[] = [];
const pages: Page[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  await freshInbox();
  // The clock runs, three weeks late; the story moves it to the present.
  sandbox = await createSandbox({ host: { ...platformTime, now: () => platformTime.now() - DEMO_HISTORY_MS } });
  await seedDemo({ gatewayUrl: sandbox.url, worldUrl: sandbox.worldUrl, fetch: sandbox.fetch });
  const [gateway, world] = await Promise.all([doorTo(sandbox.url), doorTo(sandbox.worldUrl)]);
  demo = await startDemo({ gatewayUrl: gateway.url, worldUrl: world.url });
  browser = await chromium.launch({
    ...(chromiumPath === null ? {} : { executablePath: chromiumPath }),
    timeout: 10 * PATIENCE_MS,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"],
  });
});

afterEach(async () => {
  await Promise.all(pages.splice(0).map((page) => page.context().close()));
  expect(complaints.splice(0)).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  await demo?.close();
  await Promise.all(doors.map((door) => door.close()));
  await sandbox?.close();
});

/** Lets a browser reach something of the sandbox over a socket. */
async function doorTo(target: string) {
  const door = await listen(
    async (request) => {
      const { pathname, search } = new URL(request.url);
      return sandbox.fetch(new Request(`${target}${pathname}${search}`, request));
    },
    { port: 0, host: "127.0.0.1" },
  );
  doors.push(door);
  return door;
}

async function open({ hash = "", width = 1440, height = 900, theme = "light" } = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce", locale: "en-US" });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  pages.push(page);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.addInitScript((chosen) => localStorage.setItem("harbor-theme", chosen), theme);
  await page.goto(`${demo.url}/${hash}`);
  return page;
}

const phone = (page: Page) => page.getByRole("complementary", { name: "A customer's phone" });
const texts = (page: Page) => page.getByRole("region", { name: "Texts" });
const writing = (page: Page) => texts(page).getByRole("textbox", { name: /Nora Whitfield/ });

async function textFromPhone(page: Page, text: string): Promise<void> {
  await phone(page).getByRole("textbox", { name: "Text from the phone" }).fill(text);
  await phone(page).getByRole("button", { name: "Send from the phone" }).click();
}

describe("the story", () => {
  test("stands at the gateway as it is written, each text once, at its time", async () => {
    expect(Math.abs(sandbox.clock.now().getTime() - Date.now())).toBeLessThan(5_000);
    const answer = await sandbox.fetch(`${sandbox.url}/v1/conversations?limit=200`, {
      headers: { authorization: `Bearer ${sandbox.tenants[0]?.apiKey}` },
    });
    const { data } = await answer.json();
    expect(data).toHaveLength(THREADS.length);
    const count = data.reduce((sum: number, { sequence }: { sequence: number }) => sum + sequence, 0);
    expect(count).toBe(TEXTS.length + ARRANGED_TEXTS);
    const ages = data.map(
      ({ lastMessage }: { lastMessage: { createdAt: string } }) => Date.now() - Date.parse(lastMessage.createdAt),
    );
    expect(Math.min(...ages)).toBeLessThan(20 * 60_000);
    expect(Math.max(...ages)).toBeGreaterThan(14 * 86_400_000);
    const failed = data.filter(
      ({ lastMessage }: { lastMessage: { status: string } }) => lastMessage.status === "failed",
    );
    expect(failed.length).toBeGreaterThan(0);
    const waiting = data.filter(
      ({ lastMessage }: { lastMessage: { waitsUntil: string | null } }) => lastMessage.waitsUntil !== null,
    );
    expect(waiting.map(({ lastMessage }: { lastMessage: { text: string } }) => lastMessage.text)).toEqual([
      SCHEDULED.text,
    ]);
  });

  test("is not told twice", async () => {
    const again = await seedDemo({ gatewayUrl: sandbox.url, worldUrl: sandbox.worldUrl, fetch: sandbox.fetch });
    expect(again).toEqual({ conversations: 0, messages: 0 });
  });
});

describe("the demo's page", () => {
  test("a text from the phone reaches two windows, and the answer reaches the phone with its ticks", async () => {
    const [first, second] = await Promise.all([open(), open()]);
    await writing(first).waitFor();
    await writing(second).waitFor();

    await textFromPhone(first, "Is the lift free at noon?");
    for (const page of [first, second])
      await texts(page)
        .getByRole("article", { name: /^Nora Whitfield/ })
        .filter({ hasText: "Is the lift free at noon?" })
        .waitFor();

    const latencyMs = 12_000; // the gateway waits a little longer for an answer
    await sandbox.carrier("sandbox").configure({ latencyMs });
    await writing(first).fill("Noon it is ⚓");
    const answer = (page: Page, status: string) =>
      texts(page)
        .getByRole("article", { name: new RegExp(`, (${status})$`) })
        .filter({ hasText: "Noon it is ⚓" });
    const waits = Promise.all([first, second].map((page) => answer(page, "Queued|Sending").waitFor()));
    const begun = sandbox.clock.now().getTime();
    await Promise.all([waits, writing(first).press("Enter")]);
    const passedMs = sandbox.clock.now().getTime() - begun;
    await sandbox.clock.advance(`PT${Math.max(0, latencyMs - passedMs) / 1_000}S`); // what is left of the carrier's time
    await sandbox.carrier("sandbox").configure({});
    for (const page of [first, second]) await phone(page).getByText("Noon it is ⚓").waitFor();
    for (const page of [first, second]) await answer(page, "Delivered").waitFor();
    expect(sandbox.carrier("sandbox").accepted.filter(({ text }) => text === "Noon it is ⚓")).toHaveLength(1);
  });

  test("opening a record opens its conversation, and hands its phone over", async () => {
    const page = await open({ hash: "#/accounts" });
    await page.getByRole("searchbox", { name: "Find account, boat or person" }).fill("森田");
    await page.getByRole("link", { name: "Kamome" }).click();
    await page.getByRole("link", { name: "森田 葵" }).click();
    await page.getByRole("heading", { level: 1, name: "森田 葵" }).waitFor();
    await texts(page).getByRole("article").filter({ hasText: "台風の影響" }).waitFor();
    await phone(page).getByText("台風の影響").waitFor();
  });

  test("choosing a conversation in the inbox shows its record", async () => {
    const page = await open();
    await writing(page).waitFor();
    await texts(page).getByRole("button", { name: "Back to conversations" }).click();
    await texts(page)
      .getByRole("button", { name: /ליל|ليلى حداد/ })
      .click();
    await page.getByRole("heading", { level: 1, name: "ليلى حداد" }).waitFor();
  });

  test("a member sees the lines that are theirs, and no other", async () => {
    const page = await open({ hash: "#/texts" });
    await texts(page)
      .getByRole("button", { name: /Lucía Ferrer/ })
      .waitFor();
    await page.getByLabel("Signed in as").selectOption({ label: "Tomás Reyes" });
    await texts(page)
      .getByRole("button", { name: /Lucía Ferrer/ })
      .waitFor({ state: "detached" });
    await texts(page)
      .getByRole("button", { name: /Jonas Brandt/ })
      .waitFor();
    expect(
      await texts(page)
        .getByRole("button", { name: /Lucía Ferrer/ })
        .count(),
    ).toBe(0);
    await textFromPhone(page, "Texted to a line that is his");
    await texts(page)
      .getByRole("button", { name: /Texted to a line that is his/ })
      .waitFor();
  });

  test("who is signed in in one window is signed in in the other", async () => {
    const page = await open({ hash: "#/texts" });
    const other = await page.context().newPage();
    await other.goto(`${demo.url}/#/texts`);
    await texts(other)
      .getByRole("button", { name: /Lucía Ferrer/ })
      .waitFor();
    await page.getByLabel("Signed in as").selectOption({ label: "Tomás Reyes" });
    await texts(other)
      .getByRole("button", { name: /Lucía Ferrer/ })
      .waitFor({ state: "detached" });
    await texts(other)
      .getByRole("button", { name: /Jonas Brandt/ })
      .waitFor();
    expect(await other.getByLabel("Signed in as").inputValue()).toBe("tomas");
  });

  test("a new message to a number that nobody knows arrives on that number's phone", async () => {
    const page = await open({ hash: "#/texts" });
    await texts(page).getByRole("button", { name: "New message" }).click();
    await texts(page).getByRole("combobox", { name: "To" }).fill("(206) 555-0161");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Your trailer is in our way");
    await page.keyboard.press("Enter");
    await phone(page).getByText("Your trailer is in our way").waitFor();
    expect(
      await phone(page)
        .getByLabel(/country code/)
        .inputValue(),
    ).toBe("+12065550161");
  });

  test("a new message finds people of the CRM by name", async () => {
    const page = await open({ hash: "#/texts" });
    await texts(page).getByRole("button", { name: "New message" }).click();
    await texts(page).getByRole("combobox", { name: "To" }).pressSequentially("fleet");
    await texts(page)
      .getByRole("option", { name: /Dev Ramaswamy.*Fleet manager/ })
      .waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await texts(page).getByRole("textbox", { name: "Message to Dev Ramaswamy" }).waitFor();
  });

  test("on a tablet the inbox stands beside the record from the first page on", async () => {
    const page = await open({ width: 768 });
    await page.getByRole("heading", { level: 1, name: "Nora Whitfield" }).waitFor();
    await writing(page).waitFor();
    await page.getByRole("button", { name: "Text", exact: true }).click();
    expect(new URL(page.url()).hash).toBe("#/contacts/nora-whitfield");
  });

  test("the world and the page speak of one business", async () => {
    const page = await open();
    const { tenants } = await (await sandbox.fetch(`${sandbox.worldUrl}/world`)).json();
    await page.getByRole("link", { name: `Harbor, ${tenants[0].name}` }).waitFor();
  });

  test("a stranger's first text makes a conversation", async () => {
    const page = await open({ hash: "#/texts" });
    await phone(page).getByLabel("Phone of").selectOption("other");
    await phone(page)
      .getByLabel(/country code/)
      .fill("+1 206 555 0198");
    await phone(page)
      .getByLabel(/country code/)
      .press("Enter");
    await textFromPhone(page, "Hello from nobody you know");
    await texts(page)
      .getByRole("button", { name: /Hello from nobody you know/ })
      .waitFor();
  });

  const looks = [
    { theme: "light", width: 320 },
    { theme: "light", width: 768 },
    { theme: "light", width: 1440 },
    { theme: "dark", width: 1440 },
    { theme: "contrast", width: 1440 },
  ];
  for (const { theme, width } of looks)
    test(`has no barrier and no sideways scrolling in ${theme} at ${width} px`, async () => {
      const page = await open({ theme, width });
      await page.getByRole("heading", { level: 1, name: "Nora Whitfield" }).waitFor();
      for (const hash of ["#/contacts/nora-whitfield", "#/accounts", "#/accounts/pelican", "#/pipeline", "#/texts"]) {
        await page.evaluate((target) => {
          location.hash = target;
        }, hash);
        await page.locator(`body[data-view="${hash.split("/")[1]}"]`).waitFor();
        expect(await barriers(page), hash).toEqual([]);
        const [needed, there] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        expect(needed, hash).toBeLessThanOrEqual(there ?? 0);
      }
      await page.getByRole("button", { name: "Phone", exact: true }).click();
      expect(await barriers(page), "phone").toEqual([]);
    });
});

/** What axe finds in the page and in the shadow roots in it, in one line each. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    );
  });
}
