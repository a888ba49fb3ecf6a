import { type ListeningWorld, startWorld } from "@trunkline/sandbox/node";
import { type Browser, type BrowserContext, chromium, type Frame, type Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { PATIENCE_MS } from "../../../scripts/lib/patience.ts";
import { findChromium } from "../../../scripts/lib/tools.mjs";
import type { TokenReason } from "../src/auth/auth.ts";
import type { EntraAuth, EntraAuthOptions } from "../src/entra.ts";
import { type ServedApp, serveApp } from "./entra-app.ts";
import type { PageParts } from "./entra-page.ts";

/*
 * `entraAuth` and the pages of its bridge, with the real msal-browser, in a real browser that blocks third-party cookies,
 * against the simulated Entra ID of another site.
 */

const BEN = "ben@northwind.example";

let world: ListeningWorld;
let served: ServedApp;
let browser: Browser;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  world = await startWorld();
  served = await serveApp(authority());
  const executablePath = findChromium();
  browser = await chromium.launch({
    ...(executablePath === null ? {} : { executablePath }),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--no-first-run",
      "--test-third-party-cookie-phaseout",
    ],
  });
});
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([world?.stop(), served?.close()]);
});

const authority = () => world.world.microsoft.describe().authority;

/** A page of a new browser profile, which trusts the world's certificate. */
async function open(address: string, script?: () => void): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  if (script) await context.addInitScript(script);
  contexts.push(context);
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

/** What a busy machine does by chance: windows are looked at when one has just closed, and its answer is still on its way. */
function slowAnswers(): void {
  const setEvery = globalThis.setInterval;
  Object.assign(globalThis, { setInterval: (look: () => void) => setEvery(look, 10) });
  const postMessage = BroadcastChannel.prototype.postMessage;
  BroadcastChannel.prototype.postMessage = function (message) {
    const copy = new BroadcastChannel(this.name);
    setTimeout(() => postMessage.call(copy, message), 200);
  };
}

/** Makes `auth` in the app's page, as an app does. */
async function begin(frame: Page | Frame, more: Partial<EntraAuthOptions> = {}): Promise<void> {
  const { directory } = world.world.microsoft;
  const registered = directory.apps[1];
  if (!registered) throw new TypeError("the tenant has two apps");
  directory.putApp({ ...registered, redirectUris: [{ uri: `${served.app}/auth.html`, kind: "spa" }] });
  await frame.waitForFunction(() => "entraAuth" in globalThis);
  await frame.evaluate(
    (options) => {
      const { entraAuth } = globalThis as unknown as PageParts;
      Object.assign(globalThis, { auth: entraAuth(options) });
    },
    {
      clientId: registered.clientId,
      authority: authority(),
      scopes: ["https://graph.microsoft.com/User.Read"],
      redirectUri: "/auth.html",
      cacheLocation: "localStorage",
      ...more,
    } as EntraAuthOptions,
  );
}

interface Told {
  readonly token?: string;
  readonly code?: string;
}

const tokenOf = (frame: Page | Frame, reason: TokenReason = "start"): Promise<Told> =>
  frame.evaluate(async (why) => {
    const { auth } = globalThis as unknown as { auth: EntraAuth };
    const given = auth.token({ reason: why, signal: new AbortController().signal, fetch });
    return given.then(
      (session) => ({ token: typeof session === "string" ? session : session.token }),
      ({ code }: { code: string }) => ({ code }),
    );
  }, reason);

function signIn(frame: Page | Frame): Promise<Told> {
  const told = frame.evaluate(() => {
    const { auth } = globalThis as unknown as { auth: EntraAuth };
    return auth.signIn().then(
      () => ({}),
      ({ code }: { code: string }) => ({ code }),
    );
  });
  told.catch(() => undefined); // where a button is missing, that is what is told
  return told;
}

/** Entra's page in a window of its own, which opens when `action` is done. */
async function entraPage(page: Page): Promise<Page> {
  const isEntra = (one: Page) => one !== page && one.url().startsWith(new URL(authority()).origin);
  return page.context().pages().find(isEntra) ?? page.context().waitForEvent("page", { predicate: becomes(isEntra) });
}

/** A new window is blank first. */
function becomes(isEntra: (page: Page) => boolean) {
  return async (popup: Page) => {
    await popup.waitForURL((url) => url.href !== "about:blank");
    return isEntra(popup);
  };
}

const press = (page: Page, label: string) => page.getByRole("button", { name: label, exact: true }).click();

/** Consents; whoever has done so before is not asked, and the window closes. */
const accept = (page: Page) => press(page, "Accept").catch(() => undefined);

/** Whose token it is, as Graph says. */
async function ownerOf({ token }: Told): Promise<unknown> {
  const response = await fetch(`${world.url}/v1.0/me`, { headers: { authorization: `Bearer ${token}` } });
  return ((await response.json()) as { userPrincipalName?: string }).userPrincipalName;
}

test("by a popup: nothing opens by itself, and once somebody has signed in tokens come and are renewed", async () => {
  const page = await open(served.app);
  await begin(page);
  expect(await tokenOf(page)).toEqual({ code: "signed_out" });
  expect(page.context().pages()).toHaveLength(1);
  const [done, popup] = [signIn(page), await entraPage(page)];
  await press(popup, BEN);
  await accept(popup);
  expect(await done).toEqual({});
  const first = await tokenOf(page);
  expect(await ownerOf(first)).toBe(BEN);
  expect(await tokenOf(page, "expiring")).toEqual(first);
  const next = await tokenOf(page, "refused");
  expect(next.token).not.toBe(first.token);
  expect(await ownerOf(next)).toBe(BEN);
  await page.reload();
  await begin(page);
  expect(await tokenOf(page)).toEqual(next); // also in the next page, with nobody asked
});

test("by redirect: whoever comes back is signed in", async () => {
  const page = await open(served.app);
  await begin(page, { mode: "redirect" });
  const left = page.waitForURL((url) => url.href.startsWith(authority()));
  void signIn(page); // the page that waits is gone
  await left;
  await press(page, "cleo@northwind.example");
  const back = page.waitForURL(`${served.app}/`);
  await press(page, "Accept");
  await back;
  await begin(page, { mode: "redirect" });
  expect(await ownerOf(await tokenOf(page))).toBe("cleo@northwind.example");
});

test("in a frame of somebody else's page: by a window that a page of the app's own opens", async () => {
  const page = await open(served.framed);
  const frame = page.frame({ name: "tab" });
  if (!frame) throw new TypeError("the app is framed");
  await begin(frame, { relayUri: "/relay.html" });
  const [done, popup] = [signIn(frame), await entraPage(page)];
  await press(popup, "ada@northwind.example");
  await accept(popup);
  expect(await done).toEqual({});
  expect(await ownerOf(await tokenOf(frame, "expired"))).toBe("ada@northwind.example");
});

test("an answer that is slow on its way is no window that somebody closed", async () => {
  const page = await open(served.framed, slowAnswers);
  const frame = page.frame({ name: "tab" });
  if (!frame) throw new TypeError("the app is framed");
  await begin(frame, { relayUri: "/relay.html" });
  const [done, popup] = [signIn(frame), await entraPage(page)];
  await press(popup, "ada@northwind.example");
  await accept(popup);
  expect(await done).toEqual({});
});

test("whoever closes the window is told so, and signs in at the second try", async () => {
  const page = await open(served.app);
  await begin(page);
  const [given, popup] = [signIn(page), await entraPage(page)];
  await popup.close();
  expect(await given).toEqual({ code: "popup_closed" });
  const [done, second] = [signIn(page), await entraPage(page)];
  await press(second, BEN);
  await accept(second);
  expect(await done).toEqual({});
  expect(await ownerOf(await tokenOf(page))).toBe(BEN);
});
