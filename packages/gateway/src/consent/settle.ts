import type { PermissionResource } from "@trunkline/protocol/permissions";
import { readTenant } from "../tenants/store.ts";
import { findUser } from "../users/store.ts";
import { accountName } from "./account-name.ts";
import { type Connecting, connect } from "./connecting.ts";
import { confirmPage, donePage, type PageFrame, troublePage, UNKNOWN_STANDING, wordsPage } from "./pages.ts";
import { type ConsentParts, entraOf } from "./parts.ts";
import { takeTrip } from "./store.ts";
import { departTo, type Found, openTrip, prepareTrip, type Trip } from "./trips.ts";
import { beginWait, waitPageOf } from "./waiting.ts";
import { delegatedNames, scopesFor, wantedScopes } from "./wanted.ts";

/* Somebody has signed in at Microsoft: who it is, what becomes of it, and where the browser goes next. */

/** Trades the code for tokens; who signed in is told by the ID token alone. */
export async function redeem(
  parts: ConsentParts,
  { tenantId: ours, row, facts, features }: Trip,
  code: string,
): Promise<Found> {
  const { client, cloud } = entraOf(parts);
  const { resource, redirectUri, verifier, nonce, entraTenant: tenant } = facts;
  const scopes = scopesFor(features, resource, cloud);
  const signIn = await client.redeem({ tenant, scopes, redirectUri, code, codeVerifier: verifier, nonce });
  const { tenantId, objectId, name, username, standing } = signIn.account;
  const granted = delegatedNames(signIn.scopes, resource);
  const known = row.kind === "user" && resource === "graph" ? await accountName(parts, ours, signIn) : null;
  return {
    microsoftTenantId: tenantId,
    objectId,
    name: known?.name ?? name,
    username: known?.username ?? username,
    standing,
    granted,
    resource,
    tokens: signIn.tokens,
  };
}

/** Connects, or asks first whether the account is this person's, or says what is in the way. */
export async function settle(
  parts: ConsentParts,
  frame: PageFrame,
  trip: Trip,
  found: Found,
  agreed: boolean,
): Promise<Response> {
  const outcome = await connect(parts, trip, found, agreed);
  if (outcome === "connected") return goOn(parts, frame, trip, found);
  if (outcome === "to_confirm") return askToConfirm(parts, frame, trip, found);
  if (outcome === "wrong_account") {
    return troublePage(frame, { next: "use_work_account", code: null, returnTo: trip.row.return_to });
  }
  if (outcome === "needs_admin") return waitPageOf(frame, await beginWait(parts, frame.base, trip));
  const { title, words, status } = TROUBLES[outcome];
  return wordsPage(frame, title, words, status);
}

const TROUBLES: Readonly<
  Record<
    Exclude<Connecting, "connected" | "to_confirm" | "wrong_account" | "needs_admin">,
    { title: string; words: string; status: number }
  >
> = {
  taken: {
    title: "It is connected elsewhere",
    words:
      "This Microsoft account, or its organisation, is connected with somebody else here. Ask whoever runs the gateway.",
    status: 409,
  },
  not_mapped: {
    title: "Your organisation is not connected yet",
    words: "An owner or administrator of your app connects the organisation first.",
    status: 403,
  },
  unknown_standing: UNKNOWN_STANDING,
  suspended: {
    title: "The connection is suspended",
    words: "An administrator has suspended the connection with this Microsoft organisation.",
    status: 403,
  },
  gone: { title: "Please start again", words: "The user who began this is not there any more.", status: 400 },
};

/** Asks for what other services have, one after the other; then all is done. */
async function goOn(parts: ConsentParts, frame: PageFrame, trip: Trip, found: Found): Promise<Response> {
  const { tenantId, row, facts, features } = trip;
  const { cloud } = entraOf(parts);
  if (facts.wait !== null) await endWait(parts, trip);
  const wanted: PermissionResource[] = wantedScopes(features, cloud).map(({ resource }) => resource);
  const next = wanted[wanted.indexOf(found.resource) + 1];
  if (next !== undefined && row.user_id !== null) {
    const plan = {
      tenantId,
      kind: "user",
      userId: row.user_id,
      linkId: null,
      features,
      returnTo: row.return_to,
    } as const;
    const departure = { ...plan, microsoftTenantId: found.microsoftTenantId, base: frame.base };
    const { url } = await departTo(parts, departure, { mayMap: facts.mayMap, agreed: true, resource: next });
    return seeOther(url);
  }
  return row.return_to === null ? donePage(frame, found.username || found.name) : seeOther(row.return_to);
}

async function endWait(parts: ConsentParts, { tenantId, facts }: Trip): Promise<void> {
  const wait = facts.wait === null ? null : await openTrip(parts, facts.wait, { take: false });
  if (wait) await parts.database.tenant(tenantId, (tx) => takeTrip(tx, tenantId, wait.row.id));
}

async function askToConfirm(parts: ConsentParts, frame: PageFrame, trip: Trip, found: Found): Promise<Response> {
  const { tenantId, row, facts, features } = trip;
  const { user_id: userId, link_id: linkId, return_to: returnTo } = row;
  const plan = { tenantId, kind: "confirm", userId, linkId, features, returnTo } as const;
  const { mayMap, wait } = facts;
  const question = await prepareTrip(parts, plan, { mayMap, wait, found });
  const names = await parts.database.tenant(tenantId, async (tx) => {
    await question.keep(tx);
    const user = userId && (await findUser(tx, tenantId, userId));
    return { user: user ? user.name : "", tenant: (await readTenant(tx, tenantId))?.name ?? "" };
  });
  return confirmPage(frame, { name: question.name, account: found.username || found.name, ...names });
}

/** Leads on after a GET. */
export const seeOther = (location: string): Response => new Response(null, { status: 303, headers: { location } });
