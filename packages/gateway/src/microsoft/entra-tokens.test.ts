import { exportJWK, generateKeyPair } from "jose";
import { beforeAll, expect, test } from "vitest";
import { MICROSOFT_CLOUDS } from "./cloud.ts";
import { type EntraKey, EntraKeys } from "./entra-keys.ts";
import { type EntraTokenRules, verifyEntraToken } from "./entra-tokens.ts";

const NOW = Date.parse("2026-11-22T12:00Z");
const TENANT = "11111111-2222-3333-4444-555555555555";
const STRANGER = "99999999-2222-3333-4444-555555555555";
const PERSON = "aaaaaaaa-2222-3333-4444-555555555555";
const CLIENT = "cccccccc-2222-3333-4444-555555555555";
const V2 = "https://login.microsoftonline.com/{tenantid}/v2.0";
const V1 = "https://sts.windows.net/{tenantid}/";

type Pair = { privateKey: CryptoKey; publicKey: CryptoKey };
let own: Pair;
let other: Pair;
beforeAll(async () => {
  [own, other] = await Promise.all([generateKeyPair("RS256", { extractable: true }), generateKeyPair("RS256")]);
});

const url = (text: string | Uint8Array) => Buffer.from(text).toString("base64url");
const good = () => ({
  ver: "2.0",
  iss: V2.replace("{tenantid}", TENANT),
  tid: TENANT,
  oid: PERSON,
  aud: CLIENT,
  azp: CLIENT,
  scp: "openid access_as_user",
  nbf: NOW / 1000 - 60,
  exp: NOW / 1000 + 3600,
});

async function sign(head: string, body: string, key = own.privateKey): Promise<string> {
  const signed = `${url(head)}.${url(body)}`;
  const bytes = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", key, Buffer.from(signed));
  return `${signed}.${url(new Uint8Array(bytes))}`;
}

const token = (claims: object = {}, header: object = {}, key = own.privateKey) =>
  sign(
    JSON.stringify({ alg: "RS256", typ: "JWT", kid: "own", ...header }),
    JSON.stringify({ ...good(), ...claims }),
    key,
  );

async function world() {
  const jwk = await exportJWK(own.publicKey);
  const state = { now: NOW, down: false, asked: [] as string[], keys: [] as object[] };
  state.keys = [
    { ...jwk, kid: "own", issuer: V2 },
    { ...jwk, kid: "v1", issuer: V1 },
    { ...jwk, kid: "foreign", issuer: V2.replace("{tenantid}", STRANGER) },
  ];
  const answer: typeof fetch = async (input) => {
    state.asked.push(String(input));
    return state.down ? new Response("", { status: 502 }) : Response.json({ keys: state.keys });
  };
  const now = () => state.now;
  const rules: EntraTokenRules = {
    keys: new EntraKeys({ fetch: answer, now, authority: "https://login.microsoftonline.com" }),
    now,
    audiences: [CLIENT, `api://inbox.example.com/${CLIENT}`],
    scope: "access_as_user",
    clients: [CLIENT],
    issuers: MICROSOFT_CLOUDS.public.issuers,
  };
  const verify = async (text: string) => {
    const verdict = await verifyEntraToken(text, rules);
    return verdict.kind === "refused" ? verdict.reason : verdict.kind;
  };
  return { state, rules, verify };
}

test("tokens of both versions are accepted; tenant and object id are the person", async () => {
  const { rules, verify } = await world();
  expect(await verifyEntraToken(await token(), rules)).toEqual({
    kind: "accepted",
    person: {
      tenantId: TENANT,
      objectId: PERSON,
      clientId: CLIENT,
      name: null,
      username: null,
      roles: [],
      groups: [],
      expiresAt: NOW + 3_600_000,
    },
  });
  const v1 = {
    ver: "1.0",
    iss: V1.replace("{tenantid}", TENANT),
    appid: CLIENT,
    aud: `api://inbox.example.com/${CLIENT}`,
  };
  expect(await verify(await token(v1, { kid: "v1" }))).toBe("accepted");
  expect(await verify(await token({ exp: NOW / 1000 + 1, nbf: NOW / 1000 + 299 }))).toBe("accepted");
});

test("a token tells the name, roles and groups, unless the groups are too many to stand in it", async () => {
  const { rules } = await world();
  const person = async (claims: object) => {
    const verdict = await verifyEntraToken(await token(claims), rules);
    return verdict.kind === "accepted" ? verdict.person : expect.fail(verdict.kind);
  };
  const said = {
    name: "Ada",
    preferred_username: "ada@contoso.test",
    roles: ["Admin"],
    groups: [STRANGER.toUpperCase()],
  };
  expect(await person(said)).toMatchObject({ name: "Ada", username: "ada@contoso.test", roles: ["Admin"] });
  expect((await person(said)).groups).toEqual([STRANGER]);
  expect((await person({ _claim_names: { groups: "src1" } })).groups).toBe(null);
  expect((await person({ ...said, hasgroups: true })).groups).toBe(null);
});

test("another cloud has issuers of its own, and the public one's are strange to it", async () => {
  const { rules } = await world();
  const there = { ...rules, issuers: MICROSOFT_CLOUDS.us_government.issuers };
  const verdict = await verifyEntraToken(await token(), there);
  expect(verdict).toEqual({ kind: "refused", reason: "issuer" });
  const iss = there.issuers["2.0"].replace("{tenantid}", TENANT);
  const keys = { find: async () => ({ ...(await exportJWK(own.publicKey)), kid: "own", issuer: iss }) as EntraKey };
  expect((await verifyEntraToken(await token({ iss }), { ...there, keys })).kind).toBe("accepted");
});

const swapped = async () => {
  const [head, , signature] = (await token()).split(".");
  return `${head}.${url(JSON.stringify({ ...good(), oid: STRANGER }))}.${signature}`;
};
const unsigned = async () => `${url('{"alg":"none","kid":"own"}')}.${url(JSON.stringify(good()))}.`;
const confused = async () => {
  const spki = await crypto.subtle.exportKey("spki", own.publicKey);
  const key = await crypto.subtle.importKey("raw", spki, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signed = `${url('{"alg":"HS256","kid":"own"}')}.${url(JSON.stringify(good()))}`;
  return `${signed}.${url(new Uint8Array(await crypto.subtle.sign("HMAC", key, Buffer.from(signed))))}`;
};
const twice = () => sign('{"alg":"RS256","kid":"own"}', JSON.stringify(good()).replace("{", `{"oid":"${STRANGER}",`));

const FORGED: [string, () => Promise<string>, string][] = [
  ["no algorithm", unsigned, "algorithm"],
  ["HS256 with the public key", confused, "algorithm"],
  ["RS512", () => token({}, { alg: "RS512" }), "algorithm"],
  ["another key", () => token({}, {}, other.privateKey), "signature"],
  ["another body under a true signature", swapped, "signature"],
  ["a key id that nobody has", () => token({}, { kid: "invented" }), "unknown_key"],
  ["a key of another issuer", () => token({}, { kid: "foreign" }), "key_of_another_issuer"],
  ["no key id", () => token({}, { kid: undefined }), "header"],
  ["its own key", () => token({}, { jwk: {} }), "header"],
  ["an address of keys", () => token({}, { jku: "https://evil.example" }), "header"],
  ["an address of a certificate", () => token({}, { x5u: "https://evil.example" }), "header"],
  ["its own certificate", () => token({}, { x5c: ["AA"] }), "header"],
  ["unknown critical rules", () => token({}, { crit: ["x"] }), "header"],
  ["another kind of token", () => token({}, { typ: "dpop+jwt" }), "header"],
  ["another issuer", () => token({ iss: "https://evil.example/" }), "issuer"],
  ["the issuer of another tenant", () => token({ tid: STRANGER }), "issuer"],
  ["an issuer of the other version", () => token({ iss: V1.replace("{tenantid}", TENANT) }), "issuer"],
  ["a tenant that is no GUID", () => token({ tid: "common" }), "malformed"],
  ["no object id", () => token({ oid: undefined }), "malformed"],
  ["a claim twice", twice, "malformed"],
  ["another audience", () => token({ aud: "00000003-0000-0000-c000-000000000000" }), "audience"],
  ["several audiences", () => token({ aud: [CLIENT] }), "malformed"],
  ["expired", () => token({ exp: NOW / 1000 }), "expired"],
  ["no end", () => token({ exp: undefined }), "malformed"],
  ["not yet valid", () => token({ nbf: NOW / 1000 + 301 }), "not_yet_valid"],
  ["an ID token", () => token({ scp: undefined }), "id_token"],
  ["an ID token with a scope", () => token({ nonce: "n" }), "id_token"],
  ["an app's own token", () => token({ scp: undefined, roles: ["Texts.Send"] }), "app_only"],
  ["another scope", () => token({ scp: "access_as_user2 openid" }), "scope"],
  ["another client", () => token({ azp: STRANGER }), "client"],
  ["two parts", async () => (await token()).split(".").slice(0, 2).join("."), "malformed"],
  ["a token without end", () => token({ name: "x".repeat(20_000) }), "malformed"],
];

test.each(FORGED)("refused: %s", async (_, make, reason) => {
  const { verify } = await world();
  expect(await verify(await make())).toBe(reason);
});

test("keys are read once, again for an unknown id, and no more than every five minutes", async () => {
  const { state, verify } = await world();
  const known = await token();
  const rotated = await token({}, { kid: "next" }, other.privateKey);
  expect(await Promise.all([verify(known), verify(known), verify(known)])).toEqual(Array(3).fill("accepted"));
  expect(state.asked).toEqual(["https://login.microsoftonline.com/common/discovery/v2.0/keys"]);
  state.keys.push({ ...(await exportJWK(other.publicKey)), kid: "next", issuer: V2 });
  expect(await verify(rotated)).toBe("unknown_key");
  expect(state.asked).toHaveLength(1);
  state.now += 300_000;
  expect(await verify(rotated)).toBe("accepted");
  expect(state.asked).toHaveLength(2);
});

test("while Entra is away known keys serve on, and what cannot be judged is unavailable, not refused", async () => {
  const { state, verify } = await world();
  state.down = true;
  expect(await verify(await token())).toBe("unavailable");
  expect(await verify(await token())).toBe("unavailable");
  expect(state.asked).toHaveLength(1);
  state.down = false;
  state.now += 10_000;
  expect(await verify(await token())).toBe("accepted");
  state.down = true;
  state.now += 86_400_000;
  const later = { nbf: state.now / 1000, exp: state.now / 1000 + 60 };
  expect(await verify(await token(later))).toBe("accepted");
  expect(await verify(await token(later, { kid: "next" }))).toBe("unavailable");
});
