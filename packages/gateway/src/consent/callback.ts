import type { OutsideCall } from "../http/route.ts";
import { EntraRefused, EntraUnavailable } from "../microsoft/entra-client.ts";
import { findUser } from "../users/store.ts";
import { adminCameBack, adminSignedIn } from "./admin-consent.ts";
import { codesOf } from "./check.ts";
import { entraError } from "./entra-errors.ts";
import { canceledPage, type PageFrame, troublePage, wordsPage } from "./pages.ts";
import { baseOf, type ConsentParts, entraOf } from "./parts.ts";
import { saidCode } from "./said.ts";
import { redeem, settle } from "./settle.ts";
import { noteErrors, readConnection } from "./store.ts";
import { type Found, openTrip, type Trip } from "./trips.ts";
import { beginWait, findWait, waitPageOf } from "./waiting.ts";

/* `GET /microsoft/callback`: a browser comes back from Microsoft. What the address says is proof of nothing but its state. */

export async function answerCallback(parts: ConsentParts, { request }: OutsideCall): Promise<Response> {
  const frame = { base: baseOf(parts, request) };
  entraOf(parts);
  const query = new URL(request.url).searchParams;
  const trip = await openTrip(parts, query.get("state") ?? "", { take: true });
  if (trip === null || trip.row.kind === "confirm" || trip.row.kind === "wait") {
    const words = "This address was used already, or ten minutes have passed. Start again in the app.";
    return wordsPage(frame, "Please start again", words, 400);
  }
  try {
    switch (trip.row.kind) {
      case "admin":
        return await adminCameBack(parts, frame, trip, query);
      case "admin_sign_in":
        return await adminSignedIn(parts, frame, trip, query);
      case "user":
        return query.has("error") || !query.has("code")
          ? await wasRefused(parts, frame, trip, saidCode(query))
          : await cameBack(parts, frame, trip, query.get("code") ?? "");
    }
  } catch (error) {
    if (error instanceof EntraUnavailable) return troublePage(frame, { next: "wait", code: null });
    throw error;
  }
}

async function cameBack(parts: ConsentParts, frame: PageFrame, trip: Trip, code: string): Promise<Response> {
  let found: Found;
  try {
    found = await redeem(parts, trip, code);
  } catch (error) {
    if (!(error instanceof EntraRefused)) throw error;
    return wasRefused(parts, frame, trip, codesOf(error)[0] ?? 0);
  }
  return settle(parts, frame, trip, found, trip.facts.agreed);
}

async function wasRefused(parts: ConsentParts, frame: PageFrame, trip: Trip, code: number): Promise<Response> {
  const { row } = trip;
  const said = entraError(code);
  const wait = trip.facts.wait === null ? null : await findWait(parts, trip.facts.wait);
  // What could not be done in silence is asked on a page, by a button. The person has done nothing yet.
  if (wait && trip.facts.silent) return waitPageOf(frame, { ...wait, isGranted: true });
  await note(parts, trip, code);
  if (said.kind === "admin_only") return waitPageOf(frame, wait ?? (await beginWait(parts, frame.base, trip)));
  if (said.kind === "declined") return canceledPage(frame, row.return_to);
  const next = said.kind === "blocked" ? said.next : "grant";
  return troublePage(frame, { next, code: code === 0 ? null : code, returnTo: row.return_to });
}

/** Keeps what stood in the way, and tells the person's other pages. */
async function note({ log, clock }: ConsentParts, { tenantId, row }: Trip, code: number): Promise<void> {
  const { user_id: userId } = row;
  if (userId === null) return;
  await log.transaction(tenantId, async (tx, record) => {
    const user = await findUser(tx, tenantId, userId);
    if (!user) return;
    const before = await readConnection(tx, tenantId, userId, { lock: true });
    if (before?.errors.length === 1 && before.errors[0] === code) return;
    await noteErrors(tx, tenantId, userId, [code], clock.now());
    const actor = { kind: "user", id: userId } as const;
    record({ type: "consent.changed", data: { userId }, audience: { userId }, actor });
  });
}
