import { type PermissionResource, planPermissions } from "@trunkline/protocol/permissions";
import { EntraRefused } from "../microsoft/entra-client.ts";
import { speaksForOrganisation } from "../microsoft/standing.ts";
import { brokenConstraint } from "../store/engine.ts";
import { checkTenant, codesOf } from "./check.ts";
import { entraError } from "./entra-errors.ts";
import type { NextStep } from "./next-steps.ts";
import { approvedPage, canceledPage, type PageFrame, troublePage, UNKNOWN_STANDING, wordsPage } from "./pages.ts";
import { type ConsentParts, entraOf } from "./parts.ts";
import { saidCode } from "./said.ts";
import { redeem, seeOther } from "./settle.ts";
import {
  HOUR_MS,
  insertMicrosoftTenant,
  type MicrosoftTenantRow,
  markGranted,
  readLink,
  readMicrosoftTenant,
  updateMicrosoftTenant,
} from "./store.ts";
import { departTo, departToAdminConsent, type Found, type Trip } from "./trips.ts";
import { resourceOfName, scopesFor, wantedScopes, wantsApplication, withIncluded } from "./wanted.ts";

/*
 * An administrator comes back from Microsoft. `admin_consent=True&tenant=…` in the address may be anybody's invention: what
 * the app holds is read from a token of the organisation that is expected, and which organisation it is, where nobody has
 * decided that yet, from the ID token of an administrator's sign-in that follows.
 */

/** How soon what was just approved is looked at again: Entra needs some minutes for new roles. In milliseconds. */
const SOON_MS = 60_000;

export async function adminCameBack(
  parts: ConsentParts,
  frame: PageFrame,
  trip: Trip,
  query: URLSearchParams,
): Promise<Response> {
  if (query.has("error") || query.get("admin_consent")?.toLowerCase() !== "true") {
    return refused(frame, saidCode(query));
  }
  const { tenantId, row, features } = trip;
  const microsoft = await parts.database.tenant(tenantId, (tx) => readMicrosoftTenant(tx, tenantId));
  if (microsoft === null && !trip.facts.mayMap) return notMapped(frame);
  const wantsPeople = scopesFor(features, "graph", entraOf(parts).cloud).length > 0;
  if (microsoft !== null) {
    const trouble = await look(parts, trip);
    if (trouble !== null) return trouble === "wait" ? unavailable(frame) : troublePage(frame, { ...trouble });
  }
  const { user_id: userId, link_id: linkId, return_to: returnTo } = row;
  const microsoftTenantId = microsoft?.microsoft_tenant_id ?? null;
  const onward = { tenantId, userId, linkId, features, returnTo, microsoftTenantId, base: frame.base };
  const { mayMap } = trip.facts;
  const next = nextResource(parts, trip);
  if (next !== null) {
    return seeOther(await departToAdminConsent(parts, { ...onward, kind: "admin" }, { mayMap, resource: next }));
  }
  if (microsoft !== null && !wantsPeople) {
    await approve(parts, trip);
    return approvedPage(frame, await isSettled(parts, trip), returnTo);
  }
  const { url } = await departTo(parts, { ...onward, kind: "admin_sign_in" }, { mayMap });
  return seeOther(url);
}

/** The service whose permissions are still to be asked for; null after the last. */
function nextResource(parts: ConsentParts, { features, facts }: Trip): PermissionResource | null {
  if (wantsApplication(features)) return null; // they were on the one page
  const wanted: PermissionResource[] = wantedScopes(features, entraOf(parts).cloud).map(({ resource }) => resource);
  return wanted[wanted.indexOf(facts.resource) + 1] ?? null;
}

/** The sign-in that follows: its tokens say which organisation it is, and what holds for people there. */
export async function adminSignedIn(
  parts: ConsentParts,
  frame: PageFrame,
  trip: Trip,
  query: URLSearchParams,
): Promise<Response> {
  const { tenantId, row } = trip;
  const before = await parts.database.tenant(tenantId, (tx) => readMicrosoftTenant(tx, tenantId));
  const code = query.get("code");
  if (query.has("error") || code === null) {
    // What the app's own token shows was approved, whatever became of the sign-in.
    if (before === null || !wantsApplication(trip.features) || !(await isSettled(parts, trip))) {
      return refused(frame, saidCode(query));
    }
    await approve(parts, trip);
    return approvedPage(frame, true, row.return_to);
  }
  let found: Found;
  try {
    found = await redeem(parts, trip, code);
  } catch (error) {
    if (!(error instanceof EntraRefused)) throw error;
    return refused(frame, codesOf(error)[0] ?? 0);
  }
  const outcome = await keepFound(parts, trip, found);
  if (outcome === "other") return troublePage(frame, { next: "use_work_account", code: null });
  if (outcome === "not_mapped") return notMapped(frame);
  if (outcome === "not_admin") return notAdmin(frame, found.username);
  if (outcome === "unknown_standing") {
    return wordsPage(frame, UNKNOWN_STANDING.title, UNKNOWN_STANDING.words, UNKNOWN_STANDING.status);
  }
  if (outcome === "taken") {
    const words = "This Microsoft organisation is connected with somebody else here. Ask whoever runs the gateway.";
    return wordsPage(frame, "It is connected elsewhere", words, 409);
  }
  if (before === null) {
    const trouble = await look(parts, trip);
    if (trouble !== null) return trouble === "wait" ? unavailable(frame) : troublePage(frame, { ...trouble });
  }
  await approve(parts, trip);
  return approvedPage(frame, await isSettled(parts, trip), row.return_to);
}

const refused = (frame: PageFrame, code: number): Response => {
  const said = entraError(code);
  if (said.kind === "declined") return canceledPage(frame, null);
  return troublePage(frame, {
    next: said.kind === "blocked" ? said.next : "ask_admin",
    code: code === 0 ? null : code,
  });
};

const notMapped = (frame: PageFrame): Response =>
  wordsPage(
    frame,
    "Your organisation is not connected yet",
    "An owner or administrator of the app must ask for this, because it decides which organisation it belongs to.",
    403,
  );

const notAdmin = (frame: PageFrame, username: string): Response =>
  wordsPage(
    frame,
    "Only an administrator can approve this",
    `You signed in as ${username}, who is no administrator of that organisation. Open the page again and sign in as one, or send it on.`,
    403,
  );

const unavailable = (frame: PageFrame): Response => troublePage(frame, { next: "wait", code: null });

/** Reads what holds; tells what is in the way of it. */
async function look(
  parts: ConsentParts,
  { tenantId }: Trip,
): Promise<null | "wait" | { readonly next: NextStep; readonly code: number }> {
  if ((await checkTenant(parts, tenantId)) === "unavailable") return "wait";
  const microsoft = await parts.database.tenant(tenantId, (tx) => readMicrosoftTenant(tx, tenantId));
  const [code] = microsoft?.errors ?? [];
  if (code === undefined) return null;
  const said = entraError(code);
  return said.kind === "blocked" ? { next: said.next, code } : null;
}

async function keepFound(
  { log, bus, clock }: ConsentParts,
  { tenantId, facts, row }: Trip,
  { microsoftTenantId, resource, granted, standing }: Found,
): Promise<"kept" | "other" | "taken" | "not_mapped" | "not_admin" | "unknown_standing"> {
  const now = clock.now();
  try {
    const outcome = await log.transaction(tenantId, async (tx, record) => {
      let tenant = await readMicrosoftTenant(tx, tenantId, { lock: true });
      if (tenant === null) {
        const link = row.link_id === null ? null : await readLink(tx, tenantId, row.link_id);
        if (!facts.mayMap || !link?.may_map) return "not_mapped" as const;
        if (standing === "unknown") return "unknown_standing" as const;
        if (!speaksForOrganisation(standing)) return "not_admin" as const;
        await insertMicrosoftTenant(tx, tenantId, microsoftTenantId, now);
        tenant = await readMicrosoftTenant(tx, tenantId);
      }
      if (tenant?.microsoft_tenant_id !== microsoftTenantId) return "other" as const;
      if (standing === "member" || standing === "guest") return "not_admin" as const; // what holds for them alone
      const delegated = [...others(tenant, resource), ...granted];
      const { application } = tenant.granted;
      const held = {
        delegated: [...new Set([...tenant.held.delegated, ...delegated])],
        application: tenant.held.application,
      };
      await updateMicrosoftTenant(tx, tenantId, { granted: { delegated, application }, held }, now);
      record({ type: "consent.changed", data: { userId: null }, audience: {}, actor: null });
      return "kept" as const;
    });
    bus.publish({ topic: "access", tenantId });
    return outcome;
  } catch (error) {
    if (brokenConstraint(error) === "microsoft_tenants_by_microsoft") return "taken";
    throw error;
  }
}

const others = ({ granted }: MicrosoftTenantRow, resource: string): string[] =>
  granted.delegated.filter((name) => resourceOfName(name) !== resource);

/** Lets whoever waits go on. */
async function approve({ log, clock }: ConsentParts, { tenantId, row }: Trip): Promise<void> {
  const { link_id: linkId } = row;
  if (linkId === null) return;
  await log.transaction(tenantId, async (tx, record) => {
    if (await markGranted(tx, tenantId, linkId, clock.now())) {
      record({ type: "consent.changed", data: { userId: null }, audience: {}, actor: null });
    }
  });
}

/** Whether all that was asked for the app itself is in its token already; otherwise it is looked at again soon. */
async function isSettled({ database, clock }: ConsentParts, { tenantId, features }: Trip): Promise<boolean> {
  if (!wantsApplication(features)) return true;
  return database.tenant(tenantId, async (tx) => {
    const microsoft = await readMicrosoftTenant(tx, tenantId, { lock: true });
    const wanted = planPermissions(features).application;
    const held = withIncluded(microsoft?.granted ?? { delegated: [], application: [] }, features).application;
    if (wanted.every(({ name }) => held.includes(name))) return true;
    await updateMicrosoftTenant(tx, tenantId, { checkedAt: clock.now() - HOUR_MS + SOON_MS }, clock.now());
    return false;
  });
}
