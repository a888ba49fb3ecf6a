import { findUser } from "../users/store.ts";
import { makeLink } from "./links.ts";
import { type PageFrame, waitPage } from "./pages.ts";
import type { ConsentParts } from "./parts.ts";
import { readLink, takeTrip } from "./store.ts";
import { departTo, openTrip, prepareTrip, type Trip, type TripFacts } from "./trips.ts";

/* Somebody waits for an administrator, and goes on as soon as that one has approved. */

export interface Wait {
  /** The end of the page's address. */
  readonly name: string;
  readonly trip: Trip;
  readonly isGranted: boolean;
  /** The user's name. */
  readonly user: string;
}

/** Begins to wait, with a new page for an administrator. */
export async function beginWait(parts: ConsentParts, base: string, from: Trip): Promise<Wait> {
  const { tenantId, row, features, facts } = from;
  const { user_id: userId, return_to: returnTo } = row;
  if (userId === null) throw new TypeError("only a user waits for an administrator");
  const user = await parts.database.tenant(tenantId, (tx) => findUser(tx, tenantId, userId));
  const actor = { kind: "user", id: userId } as const;
  const link = await makeLink(parts, base, { tenantId, userId, features, mayMap: facts.mayMap, actor });
  const plan = { tenantId, kind: "wait", userId, linkId: link.id, features, returnTo } as const;
  // Who is linked already has said once whose account it is; another one will not be taken.
  const agreed = facts.agreed || (user !== null && user.microsoft !== null);
  const known = { mayMap: facts.mayMap, agreed, text: link.text };
  const kept = await prepareTrip(parts, plan, known, { expiresAt: link.expiresAt });
  await parts.database.tenant(tenantId, (tx) => kept.keep(tx));
  const wait = await findWait(parts, kept.name);
  if (wait === null) throw new TypeError("what was kept a moment ago is there");
  return wait;
}

export async function findWait(parts: ConsentParts, name: string): Promise<Wait | null> {
  const trip = await openTrip(parts, name, { take: false });
  if (trip?.row.kind !== "wait") return null;
  const { tenantId, row } = trip;
  return parts.database.tenant(tenantId, async (tx) => {
    const link = row.link_id === null ? null : await readLink(tx, tenantId, row.link_id);
    const user = row.user_id === null ? null : await findUser(tx, tenantId, row.user_id);
    if (!link || !user) return null;
    return { name, trip, isGranted: link.granted_at !== null, user: user.name };
  });
}

export const waitPageOf = (frame: PageFrame, { name, trip, isGranted, user }: Wait): Response =>
  waitPage(frame, {
    name,
    text: trip.facts.text,
    user,
    isAgreed: trip.facts.agreed,
    isGranted,
    returnTo: trip.row.return_to,
  });

/** Notes that the person has said whose account it will be. */
export async function agree(parts: ConsentParts, { name, trip, ...wait }: Wait): Promise<Wait> {
  const { tenantId, row, features } = trip;
  const facts: TripFacts = { ...trip.facts, agreed: true };
  const { user_id: userId, link_id: linkId, return_to: returnTo } = row;
  const plan = { tenantId, kind: "wait", userId, linkId, features, returnTo } as const;
  const kept = await prepareTrip(parts, plan, facts, { name, expiresAt: row.expires_at.getTime() });
  await parts.database.tenant(tenantId, async (tx) => {
    if (await takeTrip(tx, tenantId, row.id)) await kept.keep(tx);
  });
  return { ...wait, name, trip: { ...trip, facts } };
}

/** The way on once it is approved: in silence first, with a page of Microsoft's when that is not enough. */
export async function departFromWait(
  parts: ConsentParts,
  base: string,
  { name, trip }: Wait,
  microsoftTenantId: string | null,
  silent: boolean,
): Promise<string> {
  const { tenantId, row, features, facts } = trip;
  const plan = { tenantId, kind: "user", userId: row.user_id, linkId: row.link_id, features } as const;
  const departure = { ...plan, returnTo: row.return_to, microsoftTenantId, base };
  const { url } = await departTo(parts, departure, { mayMap: facts.mayMap, agreed: facts.agreed, silent, wait: name });
  return url;
}

/** What a waiting page asks for, again and again. */
export const waitStatus = ({ isGranted }: Wait): Response =>
  Response.json({ state: isGranted ? "granted" : "waiting" }, { headers: { "cache-control": "no-store" } });
