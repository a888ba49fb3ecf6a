import type { AccountInfo, AuthenticationResult, EventCallbackFunction, SilentRequest } from "@azure/msal-browser";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type EntraAuthOptions, entraAuth, type Msal } from "../src/entra.ts";
import { outcomeOf, startClient } from "./client.ts";
import { problem } from "./fake-gateway.ts";
import { settle } from "./test-clock.ts";

/*
 * What is made of MSAL's answers. That MSAL itself gives them, against Entra ID with its pages, is tested with the
 * sandbox.
 */

const ADA = { homeAccountId: "1", username: "ada@contoso.test" } as AccountInfo;
const BEN = { homeAccountId: "2", username: "ben@contoso.test" } as AccountInfo;

class Refusal extends Error {
  readonly errorCode: string;
  readonly claims: string | undefined;

  constructor(errorCode: string, { name = "BrowserAuthError", claims }: { name?: string; claims?: string } = {}) {
    super(`${errorCode}: told by MSAL`);
    this.name = name;
    this.errorCode = errorCode;
    this.claims = claims;
  }
}

function resultFor(account: AccountInfo, accessToken = "eyJ.1"): AuthenticationResult {
  return { account, accessToken, expiresOn: new Date("2026-11-02T10:00:00Z") } as AuthenticationResult;
}

/** MSAL as far as `entraAuth` sees it. */
function fakeMsal(accounts: AccountInfo[] = [ADA]) {
  let active: AccountInfo | null = null;
  let onEvent: EventCallbackFunction | null = null;
  const app = {
    handleRedirectPromise: vi.fn(async (): Promise<AuthenticationResult | null> => null),
    getAllAccounts: () => accounts,
    getActiveAccount: () => active,
    setActiveAccount: (account: AccountInfo | null) => {
      active = account;
    },
    acquireTokenSilent: vi.fn(async (request: SilentRequest) => {
      if (!request.account) throw new Refusal("no_account_error");
      return resultFor(request.account);
    }),
    acquireTokenPopup: vi.fn(async (_request: object) => resultFor(accounts[0] ?? ADA)),
    acquireTokenRedirect: vi.fn(async (_request: object) => undefined),
    clearCache: vi.fn(async ({ account }: { account: AccountInfo }) => {
      accounts.splice(accounts.indexOf(account), 1);
    }),
    addEventCallback: (callback: EventCallbackFunction) => {
      onEvent = callback;
      return "1";
    },
    removeEventCallback: () => {
      onEvent = null;
    },
  };
  const create = vi.fn(async (_configuration: unknown) => app);
  return {
    app,
    create,
    opened: (popup: object) => onEvent?.({ payload: { popupWindow: popup } } as never),
    msal: {
      createNestablePublicClientApplication: create,
      CacheLookupPolicy: { AccessTokenAndRefreshToken: 2, RefreshToken: 3 },
      EventType: { POPUP_OPENED: "msal:popupOpened" },
    } as unknown as Msal,
  };
}

const REGISTRATION = {
  clientId: "5f2b7c1e-0000-4000-8000-000000000001",
  scopes: ["api://crm.test/5f2b7c1e/access_as_user"],
  redirectUri: "https://crm.test/auth.html",
};

function start(fake = fakeMsal(), options: Partial<EntraAuthOptions> = {}) {
  const auth = entraAuth({ ...REGISTRATION, loadMsal: async () => fake.msal, ...options });
  return { ...fake, auth, ...startClient({ auth }) };
}

const ask = { signal: new AbortController().signal, fetch, reason: "start" } as const;

/** Both clocks: the client's, and the one that MSAL's time is measured by. */
function useBothClocks({ clock }: ReturnType<typeof startClient>) {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  return async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    await clock.advance(ms);
  };
}

describe("silently", () => {
  test("calls at one time ask MSAL once, for the account that is there, and with no hidden frame", async () => {
    const { gateway, trunkline, app, create } = start();
    await Promise.all(Array.from({ length: 5 }, () => trunkline.me.get()));
    expect(gateway.calls[0]?.headers.get("Authorization")).toBe("Bearer eyJ.1");
    expect(create).toHaveBeenCalledOnce();
    expect(app.acquireTokenSilent).toHaveBeenCalledOnce();
    expect(app.acquireTokenSilent).toHaveBeenCalledWith({
      scopes: REGISTRATION.scopes,
      account: ADA,
      forceRefresh: false,
      cacheLookupPolicy: 2,
    });
  });

  test("two clients of one auth share a question", async () => {
    const { auth, app } = start();
    await Promise.all([auth.token(ask), auth.token({ ...ask, reason: "expiring" })]);
    expect(app.acquireTokenSilent).toHaveBeenCalledOnce();
  });

  test("a token that the gateway refuses is not taken from the cache again", async () => {
    const { gateway, trunkline, app } = start();
    app.acquireTokenSilent.mockImplementation(async ({ forceRefresh }) =>
      resultFor(ADA, forceRefresh ? "eyJ.2" : "eyJ.1"),
    );
    gateway.meddle = ({ headers }) =>
      headers.get("Authorization") === "Bearer eyJ.1" ? problem(401, "token_expired") : undefined;
    await trunkline.me.get();
    expect(app.acquireTokenSilent.mock.calls.map(([request]) => request.cacheLookupPolicy)).toEqual([2, 3]);
    expect(gateway.calls.at(-1)?.headers.get("Authorization")).toBe("Bearer eyJ.2");
  });

  test("inside Teams nobody is known before, and afterwards it is whom Teams named", async () => {
    const { auth, app } = start(fakeMsal([]));
    app.acquireTokenSilent.mockImplementation(async () => resultFor(BEN));
    await expect(auth.token(ask)).resolves.toMatchObject({ token: "eyJ.1" });
    expect(app.getActiveAccount()).toBe(BEN);
  });

  test("of two accounts it is the one that signed in last, or the one that the host names; never just any", async () => {
    const two = fakeMsal([ADA, BEN]);
    const { auth, app } = start(two);
    await expect(auth.token(ask)).rejects.toMatchObject({ code: "signed_out" });
    app.setActiveAccount(BEN);
    await auth.token(ask);
    expect(app.acquireTokenSilent.mock.lastCall?.[0].account).toBe(BEN);
    const named = start(fakeMsal([ADA, BEN]), { loginHint: ADA.username });
    await named.auth.token(ask);
    expect(named.app.acquireTokenSilent.mock.lastCall?.[0].account).toBe(ADA);
  });

  test.each([
    ["no account", new Refusal("no_account_error"), "signed_out", false],
    ["a refresh token that has ended", new Refusal("refresh_token_expired"), "signed_out", false],
    ["a second factor", new Refusal("whatever", { name: "InteractionRequiredAuthError" }), "signed_out", false],
    ["no network", new Refusal("no_network_connectivity"), "network_error", true],
    ["something unforeseen", new Error("boom"), "token_refused", true],
  ])("%s is a typed error, with MSAL's as its cause", async (_, cause, code, retryable) => {
    const { auth, app } = start();
    app.acquireTokenSilent.mockRejectedValue(cause);
    await expect(auth.token(ask)).rejects.toMatchObject({ code, retryable, cause });
  });

  test("a library that could not be fetched is fetched again by whoever needs it next", async () => {
    const fake = fakeMsal();
    const loadMsal = vi.fn(async () => fake.msal).mockRejectedValueOnce(new TypeError("Failed to fetch"));
    const { auth } = start(fake, { loadMsal });
    await expect(auth.token(ask)).rejects.toMatchObject({ code: "token_refused", retryable: true });
    await expect(auth.token(ask)).resolves.toMatchObject({ token: "eyJ.1" });
  });
});

describe("whatever Microsoft does", () => {
  test.each<[string, string, () => Promise<AuthenticationResult>]>([
    ["throws", "token_refused", async () => Promise.reject(new Error("boom"))],
    ["never answers", "token_refused", () => new Promise(() => undefined)],
    ["gives the same expired token", "token_expired", async () => resultFor(ADA)],
    ["needs a person", "signed_out", async () => Promise.reject(new Refusal("login_required"))],
  ])("it %s: MSAL is asked at most five times in the first minute, and one error is told", async (_, code, give) => {
    const world = start();
    const advance = useBothClocks(world);
    const { app, gateway, trunkline, errors } = world;
    app.acquireTokenSilent.mockImplementation(give);
    gateway.meddle = () => problem(401, "token_expired");
    trunkline.events.on("message.created", () => undefined);
    const told = new Set<string>();
    for (let second = 0; second < 60; second += 1) {
      trunkline.me.get({ timeoutMs: 5_000 }).catch((error: { code: string }) => told.add(error.code));
      await advance(1_000);
    }
    expect(app.acquireTokenSilent.mock.calls.length).toBeLessThanOrEqual(5);
    expect(app.acquireTokenSilent.mock.calls.length).toBeGreaterThan(1);
    expect(errors).toHaveLength(1);
    expect(told).toContain(code);
  });

  test("what hung is begun anew, and works again", async () => {
    const world = start();
    const advance = useBothClocks(world);
    world.app.acquireTokenSilent.mockImplementationOnce(() => new Promise(() => undefined));
    const first = outcomeOf(world.auth.token(ask));
    await advance(12_000);
    expect(first.error).toMatchObject({ code: "token_refused", retryable: true });
    await expect(world.auth.token(ask)).resolves.toMatchObject({ token: "eyJ.1" });
    expect(world.create).toHaveBeenCalledTimes(2);
  });
});

describe("signing in", () => {
  test("goes on to what was waiting, once somebody has", async () => {
    const { auth, app, trunkline, clock } = start(fakeMsal([]));
    trunkline.events.on("message.created", () => undefined);
    await clock.advance(1_000);
    expect(trunkline.connection.getSnapshot()).toMatchObject({ state: "stopped", error: { code: "signed_out" } });
    await auth.signIn();
    expect(app.acquireTokenPopup).toHaveBeenCalledWith({
      scopes: REGISTRATION.scopes,
      prompt: "select_account",
      overrideInteractionInProgress: true,
    });
    trunkline.connection.retry();
    await clock.advance(1_000);
    expect(trunkline.connection.getSnapshot().state).toBe("live");
  });

  test("what Microsoft demanded of the next sign-in is passed on, once", async () => {
    const { auth, app } = start();
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
    app.acquireTokenSilent.mockRejectedValueOnce(
      new Refusal("interaction_required", { name: "InteractionRequiredAuthError", claims }),
    );
    await expect(auth.token(ask)).rejects.toMatchObject({ code: "signed_out" });
    await auth.signIn();
    await auth.signIn();
    const asked = app.acquireTokenPopup.mock.calls.map(([request]) => request);
    expect(asked).toEqual([expect.objectContaining({ claims, account: ADA }), expect.not.objectContaining({ claims })]);
  });

  test("by redirect leaves the page, and whoever comes back is signed in", async () => {
    const { auth, app } = start(fakeMsal([]), { mode: "redirect", loginHint: "ben@contoso.test" });
    await auth.signIn();
    expect(app.acquireTokenRedirect).toHaveBeenCalledWith({
      scopes: REGISTRATION.scopes,
      loginHint: "ben@contoso.test",
    });
    const back = start(fakeMsal([ADA, BEN]));
    back.app.handleRedirectPromise.mockResolvedValueOnce(resultFor(BEN));
    await back.auth.token(ask);
    expect(back.app.acquireTokenSilent.mock.lastCall?.[0].account).toBe(BEN);
  });

  test.each([
    ["popup_window_error", "popup_blocked"],
    ["user_cancelled", "popup_closed"],
    ["interaction_in_progress_cancelled", "aborted"],
    ["timed_out", "timeout"],
    ["redirect_in_iframe", "invalid_options"],
  ])("MSAL's %s is told as %s", async (errorCode, code) => {
    const { auth, app } = start();
    app.acquireTokenPopup.mockRejectedValue(new Refusal(errorCode));
    await expect(auth.signIn()).rejects.toMatchObject({ code });
  });

  test("whoever closes the popup is told so, although MSAL waits on", async () => {
    const world = start();
    const advance = useBothClocks(world);
    vi.stubGlobal("document", { hasFocus: () => true });
    onTestFinished(() => void vi.unstubAllGlobals());
    world.app.acquireTokenPopup.mockImplementation(() => new Promise(() => undefined));
    const outcome = outcomeOf(world.auth.signIn());
    await settle();
    const popup = { closed: false };
    world.opened(popup);
    await advance(20_000);
    expect(outcome).toEqual({});
    popup.closed = true;
    await advance(4_000);
    expect(outcome.error).toMatchObject({ code: "popup_closed" });
  });

  test("signing out forgets the account here", async () => {
    const { auth, app } = start();
    await auth.signOut();
    expect(app.clearCache).toHaveBeenCalledWith({ account: ADA });
    await expect(auth.token(ask)).rejects.toMatchObject({ code: "signed_out" });
  });
});

describe("options", () => {
  const configurationOf = async (options: Partial<EntraAuthOptions>) => {
    const { auth, create } = start(fakeMsal(), options);
    await auth.token(ask);
    return create.mock.lastCall?.[0];
  };

  test("Microsoft's own authorities need no introduction, any other is named as known", async () => {
    expect(await configurationOf({ tenant: "contoso.test" })).toMatchObject({
      auth: { authority: "https://login.microsoftonline.com/contoso.test" },
    });
    expect(await configurationOf({})).not.toHaveProperty("auth.knownAuthorities");
    expect(
      await configurationOf({ authority: "https://127.0.0.1:4433/t", relayUri: "https://crm.test/r" }),
    ).toMatchObject({
      auth: { knownAuthorities: ["127.0.0.1:4433"], popupRelayUri: "https://crm.test/r" },
      cache: { cacheLocation: "sessionStorage" },
    });
  });

  test.each<[string, Partial<EntraAuthOptions>]>([
    ["no client id", { clientId: "" }],
    ["no scope", { scopes: [] }],
    ["a tenant beside an authority", { tenant: "contoso.test", authority: "https://login.microsoftonline.com/x" }],
    ["an authority without TLS", { authority: "http://127.0.0.1/t" }],
  ])("%s is refused at once", (_, options) => {
    expect(() => entraAuth({ ...REGISTRATION, ...options })).toThrowError(
      expect.objectContaining({ code: "invalid_options" }),
    );
  });
});
