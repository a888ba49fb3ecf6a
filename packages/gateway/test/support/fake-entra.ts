import {
  type AuthorizeRequest,
  type EntraAccount,
  type EntraClient,
  EntraRefused,
  EntraUnavailable,
  type RedeemRequest,
} from "../../src/microsoft/entra-client.ts";
import type { MicrosoftRegistration } from "../../src/microsoft/registration.ts";
import type { EntraStanding } from "../../src/microsoft/standing.ts";

export const AUTHORITY = "https://entra.test";
export const ORGANISATION = "11111111-1111-4111-8111-111111111111";
export const OTHER_ORGANISATION = "22222222-2222-4222-8222-222222222222";

export const CLOUD = {
  authority: AUTHORITY,
  graph: "https://graph.test",
  issuers: { "1.0": "https://sts.test/{tenantid}/", "2.0": `${AUTHORITY}/{tenantid}/v2.0` },
} as const;

/** Somebody at a browser, and what Entra knows of them. */
export interface FakePerson {
  tenantId?: string;
  objectId: string;
  name?: string;
  scopes?: string[];
  /** @default "admin" */
  standing?: EntraStanding;
}

/** An Entra that answers what a test tells it to. The protocol itself is tried against the simulated Entra in the sandbox. */
export interface FakeEntra {
  client: EntraClient;
  registration: MicrosoftRegistration;
  /** What the pages of Entra were asked for, the last one last. */
  readonly asked: AuthorizeRequest[];
  /** What the app itself holds, by organisation; `EntraRefused` or `EntraUnavailable` is thrown. */
  readonly roles: Map<string, string[] | Error>;
  /** What a renewal says, by object id. */
  readonly renewals: Map<string, string[] | Error>;
  readonly renewed: string[];
  /** Signs somebody in at the page with this address; gives back the query of the way back. */
  signIn(url: string, person: FakePerson): string;
}

function accountOf({ tenantId = ORGANISATION, objectId, name = "Ada", standing = "admin" }: FakePerson): EntraAccount {
  return { tenantId, objectId, name, username: `${name.toLowerCase()}@example.com`, standing };
}

export const refused = (code: number): EntraRefused =>
  new EntraRefused(`AADSTS${code}`, { codes: [code], error: "invalid_grant" });
export const unavailable = (): EntraUnavailable => new EntraUnavailable("Entra is away.");

export function fakeEntra(registration: Partial<MicrosoftRegistration> = {}): FakeEntra {
  const asked: AuthorizeRequest[] = [];
  const roles = new Map<string, string[] | Error>();
  const renewals = new Map<string, string[] | Error>();
  const renewed: string[] = [];
  const codes = new Map<string, { person: FakePerson; request: AuthorizeRequest }>();
  const expiresAt = Number.MAX_SAFE_INTEGER;
  const toSignIn = (person: FakePerson, scopes: string[]) => ({
    account: accountOf(person),
    accessToken: `token of ${person.objectId}`,
    expiresAt,
    scopes,
    tokens: JSON.stringify(person),
  });
  const client: EntraClient = {
    async authorizeUrl(request) {
      asked.push(request);
      return `${AUTHORITY}/authorize?state=${request.state}`;
    },
    async redeem({ code, nonce, redirectUri, codeVerifier }: RedeemRequest) {
      const found = codes.get(code);
      codes.delete(code);
      const isGood = found?.request.nonce === nonce && found.request.redirectUri === redirectUri;
      const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(codeVerifier));
      if (!isGood || Buffer.from(hash).toString("base64url") !== found.request.codeChallenge) throw refused(54005);
      const names = found.request.scopes.map((scope) => scope.slice(scope.lastIndexOf("/") + 1));
      return toSignIn(found.person, found.person.scopes ?? names);
    },
    async renew({ tokens }) {
      const person = JSON.parse(tokens) as FakePerson;
      renewed.push(person.objectId);
      const answer = renewals.get(person.objectId) ?? [];
      if (answer instanceof Error) throw answer;
      return toSignIn(person, answer);
    },
    async onBehalfOf() {
      throw refused(65001);
    },
    async asApp({ tenant }) {
      const answer = roles.get(tenant) ?? [];
      if (answer instanceof Error) throw answer;
      return { accessToken: "app", expiresAt, roles: answer };
    },
  };
  return {
    client,
    registration: { clientId: "client", cloud: CLOUD, credentials: [], client, ...registration },
    asked,
    roles,
    renewals,
    renewed,
    signIn(url, person) {
      const state = new URL(url).searchParams.get("state") ?? "";
      const request = asked.find((one) => one.state === state);
      if (!request) throw new Error(`Entra was never asked for ${url}`);
      const code = `code-${codes.size + 1}-${state.slice(0, 8)}`;
      codes.set(code, { person, request });
      return `code=${code}&state=${state}`;
    },
  };
}
