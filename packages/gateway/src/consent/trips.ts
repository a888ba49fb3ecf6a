import type { TenantId, UserId } from "@trunkline/protocol";
import type { MicrosoftFeature, PermissionResource } from "@trunkline/protocol/permissions";
import { sha256, toBase64Url, toHex } from "../bytes.ts";
import type { EntraStanding } from "../microsoft/standing.ts";
import type { Tx } from "../store/database.ts";
import { type ConsentParts, entraOf } from "./parts.ts";
import { findByHash, insertTrip, type Place, readTrip, type TripRow, takeTrip } from "./store.ts";
import { graphResource, scopesFor, wantsApplication } from "./wanted.ts";

/*
 * The steps of somebody's way to Microsoft and back. Each has a secret name that stands in an address and is kept as a
 * hash: the `state` at Microsoft, the end of `/connect/…` at a page of ours.
 */

/** What is known of a step beside its row; sealed. */
export interface TripFacts {
  /** Whether whoever began it may decide which organisation the tenant is connected to. */
  readonly mayMap: boolean;
  /** Whether the person has said already that the Microsoft account is theirs. */
  readonly agreed: boolean;
  /** Asked without a page of Microsoft's. */
  readonly silent: boolean;
  /** Name of the page on which the person waits for an administrator. */
  readonly wait: string | null;
  readonly resource: PermissionResource;
  /** Whose page of Entra's it was: a tenant's GUID, or `organizations`. */
  readonly entraTenant: string;
  readonly redirectUri: string;
  readonly verifier: string;
  readonly nonce: string;
  /** What came back and waits to be confirmed: the account, its permissions and its tokens. */
  readonly found: Found | null;
  /** What to send to an administrator. */
  readonly text: string;
}

/** A Microsoft account that was signed in with. */
export interface Found {
  readonly microsoftTenantId: string;
  readonly objectId: string;
  readonly name: string;
  readonly username: string;
  readonly standing: EntraStanding;
  /** Names of the catalogue, of one resource. */
  readonly granted: readonly string[];
  readonly resource: PermissionResource;
  readonly tokens: string;
}

/** A step as it was found. */
export interface Trip {
  readonly tenantId: TenantId;
  readonly row: TripRow;
  readonly features: readonly MicrosoftFeature[];
  readonly facts: TripFacts;
}

/** What every step is made with. */
export interface TripPlan {
  readonly tenantId: TenantId;
  readonly kind: TripRow["kind"];
  readonly userId: UserId | null;
  readonly linkId: string | null;
  readonly features: readonly MicrosoftFeature[];
  readonly returnTo: string | null;
}

/** How long a browser may take on its way, in milliseconds. */
const TRIP_MS = 10 * 60_000;

const NO_FACTS: TripFacts = {
  mayMap: false,
  agreed: false,
  silent: false,
  wait: null,
  resource: "graph",
  entraTenant: "organizations",
  redirectUri: "",
  verifier: "",
  nonce: "",
  found: null,
  text: "",
};

/** A step that is ready to be kept, and the name by which it is found again. */
export interface PreparedTrip {
  readonly name: string;
  readonly expiresAt: number;
  keep(tx: Tx): Promise<void>;
}

export const newName = ({ random }: Pick<ConsentParts, "random">): string => toBase64Url(random(32));

export async function prepareTrip(
  { clock, random, sealer }: ConsentParts,
  { tenantId, features, ...plan }: TripPlan,
  facts: Partial<TripFacts>,
  { name = newName({ random }), expiresAt = clock.now() + TRIP_MS }: { name?: string; expiresAt?: number } = {},
): Promise<PreparedTrip> {
  const id = toHex(random(16));
  const hash = await sha256(name);
  const secrets = await sealer.seal(JSON.stringify({ ...NO_FACTS, ...facts }), rowOf(tenantId, id));
  const trip = { ...plan, id, hash, secrets, features: [...features], expiresAt };
  return { name, expiresAt, keep: (tx) => insertTrip(tx, tenantId, trip, clock.now()) };
}

/** Finds a step by the name in an address; with `take` nobody finds it again. */
export async function openTrip(
  { database, clock, sealer }: ConsentParts,
  name: string,
  { take }: { take: boolean },
): Promise<Trip | null> {
  const hash = await sha256(name);
  const place = await database.system((tx) => findByHash(tx, "consent_states", hash, clock.now()));
  if (place === null) return null;
  const { tenantId, id } = place;
  const row = await database.tenant(tenantId, (tx) => (take ? takeTrip : readTrip)(tx, tenantId, id));
  if (row === null) return null;
  const facts = JSON.parse(await sealer.open(row.secrets, rowOf(tenantId, id))) as TripFacts; // sealed by us
  return { tenantId, row, facts, features: row.features as MicrosoftFeature[] };
}

/** Where a page for an administrator is kept; null when there is none of that name, or its time has passed. */
export async function findLink({ database, clock }: ConsentParts, name: string): Promise<Place | null> {
  const hash = await sha256(name);
  return database.system((tx) => findByHash(tx, "consent_links", hash, clock.now()));
}

const rowOf = (tenantId: TenantId, id: string): string => JSON.stringify(["consent_states", tenantId, id]);

/** Who is sent to Microsoft, to ask for what. */
export interface Departure extends TripPlan {
  readonly kind: "user" | "admin_sign_in";
  /** The Microsoft tenant that is expected; null for any organisation. */
  readonly microsoftTenantId: string | null;
  readonly base: string;
}

/** Makes the address of Entra's page and keeps what is needed when the browser comes back. */
export async function departTo(
  parts: ConsentParts,
  { microsoftTenantId, base, ...plan }: Departure,
  facts: Partial<TripFacts>,
): Promise<{ url: string; expiresAt: number }> {
  const { client, cloud } = entraOf(parts);
  const verifier = newName(parts);
  const nonce = newName(parts);
  const redirectUri = `${base}/microsoft/callback`;
  const { resource = "graph", silent = false } = facts;
  const entraTenant = microsoftTenantId ?? "organizations";
  const trip = await prepareTrip(parts, plan, { ...facts, resource, entraTenant, redirectUri, verifier, nonce });
  const url = await client.authorizeUrl({
    tenant: entraTenant,
    scopes: scopesFor(plan.features, resource, cloud),
    redirectUri,
    state: trip.name,
    nonce,
    codeChallenge: toBase64Url(await sha256(verifier)),
    ...(silent ? { prompt: "none" as const } : {}),
  });
  await parts.database.tenant(plan.tenantId, (tx) => trip.keep(tx));
  return { url, expiresAt: trip.expiresAt };
}

/**
 * Makes the address of Entra's page for administrators: one for each service, Graph's first. Permissions of the app itself
 * are asked for by `.default` alone, which stands for all that is in the registration, so that one page is enough.
 * Source: Microsoft Learn, "Admin consent on the Microsoft identity platform".
 */
export async function departToAdminConsent(
  parts: ConsentParts,
  { microsoftTenantId, base, ...plan }: Omit<Departure, "kind"> & { readonly kind: "admin" },
  facts: Partial<TripFacts>,
): Promise<string> {
  const { clientId, cloud } = entraOf(parts);
  const redirectUri = `${base}/microsoft/callback`;
  const { resource = "graph" } = facts;
  const scopes = wantsApplication(plan.features)
    ? [`${graphResource(cloud)}/.default`]
    : ["openid", "profile", "offline_access", ...scopesFor(plan.features, resource, cloud)];
  const trip = await prepareTrip(parts, plan, { ...facts, redirectUri });
  const url = new URL(`${cloud.authority}/${microsoftTenantId ?? "organizations"}/v2.0/adminconsent`);
  url.search = new URLSearchParams({
    client_id: clientId,
    scope: scopes.join(" "),
    redirect_uri: redirectUri,
    state: trip.name,
  }).toString();
  await parts.database.tenant(plan.tenantId, (tx) => trip.keep(tx));
  return url.href;
}
