import { ConfidentialClientApplication, CryptoProvider, type INetworkModule } from "@azure/msal-node";
import { platformRandom } from "@trunkline/gateway";
import { expect } from "vitest";
import { platformTime, WorldClock } from "../src/clock.ts";
import { Directory } from "../src/microsoft/directory.ts";
import { newDirectoryState } from "../src/microsoft/directory-seed.ts";
import { createEntra } from "../src/microsoft/entra/entra.ts";

export const ORIGIN = "https://login.microsoftonline.com";
export const START = Date.now();
export const REDIRECT = "http://localhost/auth/callback";
export const DAY_MS = 24 * 60 * 60 * 1000;
export const GRAPH_DEFAULT = "https://graph.microsoft.com/.default";

/** A simulated Entra ID with its directory, msal-node in front of it, and somebody who clicks through its pages. */
export function tenant() {
  const directory = new Directory({
    state: newDirectoryState({ random: platformRandom, now: START }),
    random: platformRandom,
  });
  const clock = new WorldClock({ host: platformTime, standsAt: START });
  const entra = createEntra({ directory, clock, random: platformRandom, origin: ORIGIN });
  const send = async <Body>(
    url: string,
    method: string,
    options?: { headers?: Record<string, string>; body?: string },
  ) => {
    const { headers = {}, body } = options ?? {};
    const response = await entra.fetch(new Request(url, { method, headers, ...(body === undefined ? {} : { body }) }));
    return {
      headers: Object.fromEntries(response.headers),
      body: (await response.json()) as Body,
      status: response.status,
    };
  };
  const networkClient: INetworkModule = {
    sendGetRequestAsync: (url, options) => send(url, "GET", options),
    sendPostRequestAsync: (url, options) => send(url, "POST", options),
  };
  const app = directory.apps[0]!;
  const msal = (credential: object = { clientSecret: app.secrets[0]!.secret }, clientId = app.clientId) =>
    new ConfidentialClientApplication({
      auth: { clientId, authority: `${ORIGIN}/${directory.tenantId}`, ...credential },
      system: { networkClient },
    });
  const post = (url: string, fields: Record<string, string>) =>
    entra.fetch(new Request(url, { method: "POST", body: new URLSearchParams(fields) }));
  /** Picks the account and returns the page that follows, or the way back to the app. */
  const pick = (url: string, account: string) => post(url, { account: directory.findUser(account)!.id });
  /** Presses the button with this label on a page. */
  const press = async (url: string, page: Response, label: string) => {
    const forms = (await page.text()).split("<form").filter((form) => form.includes(`>${label}<`));
    expect(forms).toHaveLength(1);
    const fields = [...forms[0]!.matchAll(/name="(.*?)" value="(.*?)"/g)].map(([, name = "", value = ""]) => [
      name,
      value,
    ]);
    return post(url, Object.fromEntries(fields));
  };
  const back = (response: Response) => {
    expect(response.status).toBe(302);
    return Object.fromEntries(new URL(response.headers.get("location")!).searchParams);
  };
  const link = async (scopes: string[], more: object = {}) => {
    const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
    const url = await msal().getAuthCodeUrl({
      scopes,
      redirectUri: REDIRECT,
      codeChallenge: challenge,
      codeChallengeMethod: "S256",
      ...more,
    });
    return { url, verifier };
  };
  return { directory, clock, entra, app, msal, post, pick, press, back, link };
}
