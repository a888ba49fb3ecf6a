import { type Browser, type BrowserContext, chromium, type Frame, type Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { PATIENCE_MS } from "../../../scripts/lib/patience.ts";
import { findChromium } from "../../../scripts/lib/tools.mjs";
import type { Directory } from "../src/microsoft/directory.ts";
import { type ListeningWorld, startWorld } from "../src/node/index.ts";
import { type ServedApp, serveApp } from "./app-page.ts";

/* The real msal-browser in a real browser, over https, against the simulated Entra ID. */

const BEN = "ben@northwind.example";
const GRAPH_SCOPE = "https://graph.microsoft.com/User.Read";
const DAY = 24 * 60 * 60 * 1000;
/** The library's own limits, 10 s for a hidden frame, are too short for a busy machine. */
const PATIENT = {
  iframeBridgeTimeout: PATIENCE_MS,
  popupBridgeTimeout: 5 * PATIENCE_MS,
  redirectNavigationTimeout: PATIENCE_MS,
};

let world: ListeningWorld;
let directory: Directory;
/** An app of Entra's own site, and one of another. */
let near: ServedApp;
let far: ServedApp;
let browser: Browser;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  [world, near, far] = await Promise.all([startWorld(), serveApp("entra"), serveApp("other")]);
  directory = world.world.microsoft.directory;
  const executablePath = findChromium();
  browser = await chromium.launch({
    ...(executablePath === null ? {} : { executablePath }),
    timeout: 10 * PATIENCE_MS,
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
  await Promise.all([world?.stop(), near?.close(), far?.close()]);
});

/** A page of a new browser profile, which trusts the world's certificate. */
async function open(address: string): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  contexts.push(context);
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

/** Makes `window.client` in the app's page, as an app does. */
async function begin(frame: Page | Frame, { app }: ServedApp, more: object = {}): Promise<void> {
  const registered = directory.apps[1];
  if (!registered) throw new TypeError("the tenant has two apps");
  const redirectUris = ["/bridge", "/"].map((path) => ({ uri: app + path, kind: "spa" as const }));
  directory.putApp({ ...registered, redirectUris });
  const { authority } = world.world.microsoft.describe();
  const auth = {
    clientId: registered.clientId,
    authority,
    knownAuthorities: [new URL(authority).host],
    redirectUri: `${app}/bridge`,
    postLogoutRedirectUri: `${app}/bridge`,
    ...more,
  };
  await frame.evaluate(
    async (config) => {
      const { msal } = globalThis as unknown as { msal: { PublicClientApplication: new (options: object) => object } };
      const client = new msal.PublicClientApplication(config) as { initialize(): Promise<void> };
      await client.initialize();
      Object.assign(globalThis, { client });
    },
    { auth, cache: { cacheLocation: "localStorage" }, system: PATIENT },
  );
}

interface Told {
  readonly user?: string;
  readonly token?: string;
  readonly fromCache?: boolean;
  readonly error?: string;
  readonly name?: string;
}

/** Calls a method of msal-browser's client with the account that is signed in, and tells how it ended. */
function ask(frame: Page | Frame, method: string, request: object = {}): Promise<Told> {
  return frame.evaluate(
    async ([called, input]) => {
      interface Result {
        readonly account?: { readonly username: string };
        readonly accessToken: string;
        readonly fromCache: boolean;
      }
      const { client } = globalThis as unknown as {
        client: Record<string, (input: object) => Promise<Result | null>> & { getAllAccounts(): readonly object[] };
      };
      const [account] = client.getAllAccounts();
      try {
        const result = await client[called]?.({ ...(account ? { account } : {}), ...input });
        if (!result) return {};
        return { user: result.account?.username ?? "", token: result.accessToken, fromCache: result.fromCache };
      } catch (error) {
        const { errorCode, errorMessage, name } = error as { errorCode: string; errorMessage: string; name: string };
        return { error: `${errorCode}: ${errorMessage}`, name };
      }
    },
    [method, request] as const,
  );
}

/** Does something that opens Entra's page in a popup, and presses the labelled buttons there. */
async function through(page: Page, labels: readonly string[], action: () => Promise<Told>): Promise<Told> {
  const result = action();
  result.catch(() => undefined); // where a button is missing, that is what is told
  const popup = await vi.waitFor(() => {
    const found = page
      .context()
      .pages()
      .find((one) => one !== page && one.url().startsWith(world.world.microsoft.place.entraUrl));
    if (!found) throw new Error("Entra's popup is not open yet");
    return found;
  }, PATIENCE_MS);
  for (const label of labels) {
    const click = popup.getByRole("button", { name: label, exact: true }).click();
    await click.catch((error: unknown) => {
      if (!popup.isClosed()) throw error; // the answer has closed it before the click was done; `result` tells
    });
  }
  return result;
}

const graph = (page: Page | Frame, token: string | undefined) =>
  page.evaluate(
    async ([url, bearer]) => {
      const response = await fetch(url, { headers: { authorization: `Bearer ${bearer}` } });
      return ((await response.json()) as { userPrincipalName?: string }).userPrincipalName;
    },
    [`${world.url}/v1.0/me`, token ?? ""] as const,
  );

test("a page signs in by a popup, renews, signs in in silence while Entra knows the browser, and signs out", async () => {
  const page = await open(near.app);
  await begin(page, near);
  const scopes = [GRAPH_SCOPE];
  const signedIn = await through(page, [BEN, "Accept"], () => ask(page, "loginPopup", { scopes }));
  expect(signedIn).toMatchObject({ user: BEN, fromCache: false });
  expect(await graph(page, signedIn.token)).toBe(BEN);
  expect(await ask(page, "acquireTokenSilent", { scopes })).toMatchObject({ token: signedIn.token, fromCache: true });
  const renewed = await ask(page, "acquireTokenSilent", { scopes, forceRefresh: true });
  expect(renewed).toMatchObject({ user: BEN, fromCache: false });
  expect(renewed.token).not.toBe(signedIn.token);

  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await begin(page, near);
  expect(await ask(page, "ssoSilent", { scopes, loginHint: BEN })).toMatchObject({ user: BEN });
  expect((await ask(page, "ssoSilent", { scopes, loginHint: "cleo@northwind.example" })).error).toContain(
    "AADSTS50058",
  );
  const wider = await ask(page, "ssoSilent", { scopes: ["https://graph.microsoft.com/Contacts.Read"], loginHint: BEN });
  expect(wider).toMatchObject({ name: "InteractionRequiredAuthError", error: expect.stringContaining("AADSTS65001") });

  expect(await ask(page, "logoutPopup")).toEqual({});
  const after = await ask(page, "ssoSilent", { scopes, loginHint: BEN });
  expect(after).toMatchObject({ name: "InteractionRequiredAuthError", error: expect.stringContaining("AADSTS50058") });
});

test("a page signs in by leaving and coming back", async () => {
  const page = await open(far.app);
  await begin(page, far);
  const leave = page.waitForURL((url) => url.protocol === "https:");
  ask(page, "loginRedirect", { scopes: [GRAPH_SCOPE] }).catch(() => undefined); // the page that waits is gone
  await leave;
  await page.getByRole("button", { name: "cleo@northwind.example" }).click();
  const back = page.waitForURL(`${far.app}/`);
  await page.getByRole("button", { name: "Accept", exact: true }).click();
  await back;
  await begin(page, far);
  expect(await ask(page, "handleRedirectPromise")).toMatchObject({ user: "cleo@northwind.example" });
});

test("where third-party cookies are blocked, a refresh token renews until its day is over; then a person is asked", async () => {
  const page = await open(far.app);
  await begin(page, far);
  const scopes = [GRAPH_SCOPE];
  const ada = "ada@northwind.example";
  expect(await through(page, [ada, "Accept"], () => ask(page, "loginPopup", { scopes }))).toMatchObject({ user: ada });
  const alone = await ask(page, "ssoSilent", { scopes, loginHint: ada });
  expect(alone).toMatchObject({ name: "InteractionRequiredAuthError", error: expect.stringContaining("AADSTS50058") });
  await world.world.clock.advance(DAY / 2);
  expect(await ask(page, "acquireTokenSilent", { scopes, forceRefresh: true })).toMatchObject({ user: ada });
  await world.world.clock.advance(DAY / 2); // the newer token ends when the first one does
  const late = await ask(page, "acquireTokenSilent", { scopes, forceRefresh: true });
  expect(late.name).toBe("InteractionRequiredAuthError");
  expect(await through(page, [ada], () => ask(page, "loginPopup", { scopes }))).toMatchObject({ user: ada });
});
