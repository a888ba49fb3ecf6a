/* Tokens of Microsoft Entra ID, for pages whose people sign in with Microsoft. Apart, so that nobody else fetches it. */

import type { AccountInfo, AuthenticationResult, IPublicClientApplication } from "@azure/msal-browser";
import type { SessionToken, TokenRequest, TrunklineAuth } from "./auth/auth.ts";
import { claimsOf, entraError, noAnswer, popupClosed, signInNeeded } from "./entra/msal-errors.ts";
import { type EntraAuthOptions, type Msal, msalConfiguration } from "./entra/options.ts";
import { hasComeBack, LOOK_MS, LOOKS_UNTIL_GONE } from "./popup.ts";
import { unlessAborted } from "./waiting.ts";

export type { EntraAuthOptions, Msal } from "./entra/options.ts";

export interface EntraAuth extends TrunklineAuth {
  /**
   * Shows Microsoft's page. Call it straight from a click, then `trunkline.connection.retry()`. Rejects with
   * `popup_blocked`, `popup_closed`, `timeout`, or with `aborted` when it is called again meanwhile. With `redirect` the page is left, and
   * whoever comes back to it is signed in.
   */
  signIn(options?: SignInOptions): Promise<void>;
  /** Forgets the account and its tokens in this page; the person stays signed in at Microsoft. */
  signOut(): Promise<void>;
}

export interface SignInOptions {
  /** A claims challenge, as JSON: what the sign-in must fulfil. One that Microsoft itself gave is passed on without this. */
  claims?: string | undefined;
}

/** Longest time for a token without a person: MSAL may wait on a host that does not answer. Below the client's own 15 s. */
const SILENT_TIMEOUT_MS = 12_000;

interface Ready {
  readonly msal: Msal;
  readonly app: IPublicClientApplication;
}

/**
 * Tokens of Microsoft Entra ID. Inside Teams they come from Teams (nested app authentication; call teams-js's
 * `app.initialize()` first), elsewhere from MSAL's cache and refresh token. No hidden frame is used, so that nothing depends on
 * third-party cookies. Where a person is needed, calls reject with `signed_out`, and nothing opens by itself.
 *
 * Needs `@azure/msal-browser` 5, which is fetched with the first token.
 *
 * @example
 * const auth = entraAuth({ clientId, scopes: [`api://${clientId}/access_as_user`], redirectUri: "/auth.html" });
 * const trunkline = createTrunkline({ gateway, auth });
 * button.onclick = () => auth.signIn().then(() => trunkline.connection.retry());
 */
export function entraAuth(options: EntraAuthOptions): EntraAuth {
  const configuration = msalConfiguration(options); // says now, and not at the first token, what cannot work
  const scopes = [...options.scopes];
  const { loginHint, mode = "popup", loadMsal = () => import("@azure/msal-browser") as Promise<Msal> } = options;
  let starting: Promise<Ready> | null = null;
  const flights = new Map<boolean, Promise<SessionToken>>();
  /** What Microsoft wants of the next sign-in. */
  let challenge: string | undefined;

  async function start(): Promise<Ready> {
    const msal = await loadMsal();
    const app = await msal.createNestablePublicClientApplication(configuration);
    const returned = await app.handleRedirectPromise(); // null unless this page load is the way back
    if (returned) app.setActiveAccount(returned.account);
    return { msal, app };
  }

  function ready(): Promise<Ready> {
    starting ??= start().catch((error: unknown) => {
      starting = null; // whoever needs it tries again
      throw error;
    });
    return starting;
  }

  async function silently(isForced: boolean): Promise<SessionToken> {
    const { msal, app } = await ready();
    const account = accountOf(app, loginHint);
    const { AccessTokenAndRefreshToken, RefreshToken } = msal.CacheLookupPolicy;
    const result = await app.acquireTokenSilent({
      scopes,
      ...(account ? { account } : {}),
      forceRefresh: isForced,
      // Neither falls back to a hidden frame.
      cacheLookupPolicy: isForced ? RefreshToken : AccessTokenAndRefreshToken,
    });
    if (!account) app.setActiveAccount(result.account); // Teams knew who it is
    return tokenOf(result);
  }

  /** One question at a time of each kind, and none for ever. */
  function fly(isForced: boolean): Promise<SessionToken> {
    const before = flights.get(isForced);
    if (before !== undefined) return before;
    const flight = withinTime(silently(isForced), () => {
      starting = null; // what hangs is begun anew
    })
      .catch((cause: unknown) => {
        challenge = claimsOf(cause) ?? challenge;
        throw entraError(cause);
      })
      .finally(() => flights.delete(isForced));
    flights.set(isForced, flight);
    return flight;
  }

  async function signIn(claims: string | undefined): Promise<void> {
    const { msal, app } = await ready();
    const account = accountOf(app, loginHint);
    const request = {
      scopes,
      ...(account ? { account } : loginHint === undefined ? { prompt: "select_account" } : { loginHint }),
      ...(claims === undefined ? {} : { claims }),
    };
    if (mode === "redirect") return app.acquireTokenRedirect(request);
    const result = await unlessClosed(msal, app, () =>
      // A popup that was closed unseen must not stand in the way of the next.
      app.acquireTokenPopup({ ...request, overrideInteractionInProgress: true }),
    );
    app.setActiveAccount(result.account);
  }

  return {
    kind: "session",
    token: ({ reason, signal }: TokenRequest) =>
      unlessAborted(fly(reason === "expired" || reason === "refused"), signal),
    async signIn({ claims = challenge } = {}) {
      try {
        await signIn(claims);
        challenge = undefined;
      } catch (cause) {
        throw entraError(cause);
      }
    },
    async signOut() {
      const { app } = await ready();
      const account = accountOf(app, loginHint);
      app.setActiveAccount(null);
      if (account) await app.clearCache({ account });
    },
  };
}

/** Who is meant: whoever signed in last, or the only one there is, or the one that the host named. */
function accountOf(app: IPublicClientApplication, loginHint: string | undefined): AccountInfo | null {
  const all = app.getAllAccounts();
  const hinted = loginHint === undefined ? undefined : all.find(({ username }) => username === loginHint);
  return hinted ?? app.getActiveAccount() ?? (all.length === 1 ? (all[0] ?? null) : null);
}

function tokenOf({ accessToken, expiresOn }: AuthenticationResult): SessionToken {
  if (accessToken === "") throw signInNeeded();
  return { token: accessToken, expiresAt: expiresOn ?? undefined };
}

function withinTime<Value>(work: Promise<Value>, onLate: () => void): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      onLate();
      reject(noAnswer());
    }, SILENT_TIMEOUT_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** MSAL waits for the popup's answer alone; whoever has closed it is told so here. */
function unlessClosed<Value>(msal: Msal, app: IPublicClientApplication, work: () => Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setInterval> | undefined;
    const watch = (popup: Window) => {
      let gone = 0;
      timer = setInterval(() => {
        gone = hasComeBack(popup) ? gone + 1 : 0;
        if (gone >= LOOKS_UNTIL_GONE) reject(popupClosed());
      }, LOOK_MS);
    };
    const listener = app.addEventCallback(
      ({ payload }) => {
        if (payload && "popupWindow" in payload) watch(payload.popupWindow);
      },
      [msal.EventType.POPUP_OPENED],
    );
    const done = () => {
      clearInterval(timer);
      if (listener !== null) app.removeEventCallback(listener);
    };
    work().then(resolve, reject).finally(done);
  });
}
