import { isMicrosoftFeature, planPermissions } from "@trunkline/protocol/permissions";
import { Refusal } from "../http/refusal.ts";
import type { OutsideCall } from "../http/route.ts";
import { readTenant } from "../tenants/store.ts";
import { adminPage, approvedPage, canceledPage, leavePage, type PageFrame, wordsPage } from "./pages.ts";
import { baseOf, type ConsentParts, entraOf } from "./parts.ts";
import { settle } from "./settle.ts";
import { type Place, readLink, readMicrosoftTenant } from "./store.ts";
import { departToAdminConsent, findLink, openTrip } from "./trips.ts";
import { agree, departFromWait, findWait, type Wait, waitPageOf, waitStatus } from "./waiting.ts";

/* `/connect/{token}`: an administrator's page, somebody who waits for one, or the question whose account it is. */

/** Longest form that is read, in bytes. */
export const MAX_FORM_BYTES = 1024;

export async function showConnectPage(parts: ConsentParts, { request, params }: OutsideCall): Promise<Response> {
  const frame = { base: baseOf(parts, request) };
  const name = params.token ?? "";
  const wait = await findWait(parts, name);
  if (request.headers.get("accept")?.startsWith("application/json")) {
    return wait ? waitStatus(wait) : Response.json({ state: "ended" }, { status: 404 });
  }
  if (wait) return waitPageOf(frame, wait);
  const place = await findLink(parts, name);
  if (place === null) return ended(frame);
  const { link, tenant } = await readPage(parts, place);
  if (!link) return ended(frame);
  if (link.granted_at !== null) return approvedPage(frame, true);
  return adminPage(frame, { name, tenant, plan: planPermissions(link.features.filter(isMicrosoftFeature)) });
}

export async function answerConnectForm(
  parts: ConsentParts,
  { request, params, body }: OutsideCall,
): Promise<Response> {
  // The name in the address is the proof; a form of another site has no business here all the same.
  if (request.headers.get("sec-fetch-site") === "cross-site") throw new Refusal("forbidden");
  entraOf(parts);
  const frame = { base: baseOf(parts, request) };
  const name = params.token ?? "";
  const choice = new URLSearchParams(new TextDecoder().decode(body)).get("do") ?? "";
  const wait = await findWait(parts, name);
  if (wait) return goOnWaiting(parts, frame, wait, choice);
  const place = await findLink(parts, name);
  if (place !== null) return goToAdminConsent(parts, frame, place);
  const question = await openTrip(parts, name, { take: true });
  if (question?.row.kind !== "confirm" || question.facts.found === null) return ended(frame);
  if (choice !== "connect") return canceledPage(frame, question.row.return_to);
  return settle(parts, frame, question, question.facts.found, true);
}

const ended = (frame: PageFrame): Response =>
  wordsPage(
    frame,
    "This page has ended",
    "It was used already, or its time has passed. Ask for a new one in the app.",
    404,
  );

async function goOnWaiting(parts: ConsentParts, frame: PageFrame, wait: Wait, choice: string): Promise<Response> {
  const agreed = choice === "agree" ? await agree(parts, wait) : wait;
  if (!agreed.isGranted) return waitPageOf(frame, agreed);
  const { tenantId } = wait.trip;
  const microsoft = await parts.database.tenant(tenantId, (tx) => readMicrosoftTenant(tx, tenantId));
  const expected = microsoft?.microsoft_tenant_id ?? null;
  return leavePage(frame, await departFromWait(parts, frame.base, agreed, expected, choice !== "ask"));
}

async function readPage({ database }: ConsentParts, { tenantId, id }: Place) {
  return database.tenant(tenantId, async (tx) => ({
    link: await readLink(tx, tenantId, id),
    tenant: (await readTenant(tx, tenantId))?.name ?? "",
    microsoft: await readMicrosoftTenant(tx, tenantId),
  }));
}

async function goToAdminConsent(parts: ConsentParts, frame: PageFrame, place: Place): Promise<Response> {
  const { link, microsoft } = await readPage(parts, place);
  if (!link) return ended(frame);
  if (link.granted_at !== null) return approvedPage(frame, true);
  const features = link.features.filter(isMicrosoftFeature);
  const plan = { tenantId: place.tenantId, kind: "admin", userId: link.user_id, linkId: link.id, features } as const;
  const departure = {
    ...plan,
    returnTo: link.return_to,
    microsoftTenantId: microsoft?.microsoft_tenant_id ?? null,
    base: frame.base,
  };
  return leavePage(frame, await departToAdminConsent(parts, departure, { mayMap: link.may_map }));
}
