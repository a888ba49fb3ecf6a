import { exportJWK, type GenerateKeyPairResult, generateKeyPair, SignJWT } from "jose";
import { MICROSOFT_CLOUDS } from "../../src/microsoft/cloud.ts";
import { type EntraClient, EntraUnavailable } from "../../src/microsoft/entra-client.ts";
import type { MicrosoftRegistration } from "../../src/microsoft/registration.ts";
import type { ManualClock } from "./manual-clock.ts";
import type { TestGateway, TestTenant } from "./test-gateway.ts";

export const CLIENT = "cccccccc-2222-3333-4444-555555555555";
export const APP_ID_URI = `api://sms.test/${CLIENT}`;

const KEYS = "https://login.microsoftonline.com/common/discovery/";
const { issuers } = MICROSOFT_CLOUDS.public;

/** Who signs in: in Entra a pair of GUIDs. */
export interface Person {
  readonly tid: string;
  readonly oid: string;
}

type Pair = GenerateKeyPairResult;

/** Signs access tokens as Entra does, and answers when the gateway asks for the keys. */
export interface SigningEntra {
  readonly own: Pair;
  readonly other: Pair;
  /** While true nobody gets the keys. */
  isDown: boolean;
  readonly registration: MicrosoftRegistration;
  readonly fetch: typeof globalThis.fetch;
  /** A good token of version 2.0, but for what is given; `undefined` takes a claim away. */
  token(person: Person, given?: { claims?: object; header?: object; key?: CryptoKey; now?: number }): Promise<string>;
}

export async function signingEntra(): Promise<SigningEntra> {
  const [own, other] = await Promise.all([generateKeyPair("RS256", { extractable: true }), generateKeyPair("RS256")]);
  const jwk = await exportJWK(own.publicKey);
  const foreign = { ...jwk, kid: "foreign", issuer: issuers["2.0"].replace("{tenantid}", STRANGE_TENANT) };
  const keys = [{ ...jwk, kid: "own", issuer: issuers["2.0"] }, foreign];
  const away = () => Promise.reject(new EntraUnavailable("Entra answers with its keys alone"));
  const client: EntraClient = { authorizeUrl: away, redeem: away, renew: away, onBehalfOf: away, asApp: away };
  const entra: SigningEntra = {
    own,
    other,
    isDown: false,
    registration: { clientId: CLIENT, appIdUri: APP_ID_URI, clients: [CLIENT], credentials: [], client },
    async fetch(input) {
      if (entra.isDown || !String(input).startsWith(KEYS)) throw new TypeError("the world outside is away");
      return Response.json({ keys });
    },
    token({ tid, oid }, { claims = {}, header = {}, key = own.privateKey, now = NOW } = {}) {
      const seconds = Math.floor(now / 1000);
      const body = {
        ver: "2.0",
        iss: issuers["2.0"].replace("{tenantid}", tid),
        tid,
        oid,
        aud: CLIENT,
        azp: CLIENT,
        scp: "openid access_as_user",
        nbf: seconds - 60,
        exp: seconds + 3600,
        ...claims,
      };
      return new SignJWT(body).setProtectedHeader({ alg: "RS256", typ: "JWT", kid: "own", ...header }).sign(key);
    },
  };
  return entra;
}

/** What the manual clock shows at first. */
const NOW = Date.parse("2026-03-03T09:00:00Z");
/** An organisation that nobody connects. */
export const STRANGE_TENANT = "99999999-2222-3333-4444-555555555555";

/** A person of an organisation, made of one digit each. */
export const person = (organisation: number, digit: number): Person => ({
  tid: `${String(organisation).repeat(8)}-2222-3333-4444-555555555555`,
  oid: `aaaaaaaa-${String(digit).repeat(4)}-3333-4444-555555555555`,
});

/** Connects a tenant with an organisation, as the consent pages do in the end. */
export async function connectOrganisation(
  { database, clock }: Pick<TestGateway, "database"> & { clock: Pick<ManualClock, "now"> },
  { tenant }: Pick<TestTenant, "tenant">,
  microsoftTenantId: string,
): Promise<void> {
  const at = new Date(clock.now());
  await database.tenant(tenant.id, (tx) =>
    tx
      .insertInto("microsoft_tenants")
      .values({
        tenant_id: tenant.id,
        microsoft_tenant_id: microsoftTenantId,
        name: "Contoso",
        granted: { delegated: [], application: [] },
        held: { delegated: [], application: [] },
        connected_at: at,
        checked_at: at,
        updated_at: at,
      })
      .execute(),
  );
}
