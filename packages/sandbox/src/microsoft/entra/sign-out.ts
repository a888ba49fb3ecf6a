import { decodeJwt } from "jose";
import type { Directory } from "../directory.ts";
import { accountPage, page } from "./page.ts";
import type { SignInParts } from "./sign-in.ts";
import type { Visit } from "./visit.ts";

/**
 * Answers `GET` and, with what was pressed, `POST /{tenant}/oauth2/v2.0/logout`: ends the browser's session, and returns
 * to the app where its registration has the address. Who is meant is asked when several are signed in and no hint tells.
 * Source: "OpenID Connect on the Microsoft identity platform", send a sign-out request.
 */
export async function answerSignOut(
  { query, form, session }: Visit,
  { directory, sessions, clock }: SignInParts,
): Promise<Response> {
  const hint = form.get("account") ?? query.get("logout_hint") ?? subjectOf(query.get("id_token_hint"));
  const named = hint === null ? undefined : directory.findAnybody(hint);
  const accounts = session.accounts.flatMap(({ userId }) => directory.findAnybody(userId) ?? []);
  if (!named && accounts.length > 1) return accountPage(accounts, "Which account do you want to sign out of?");
  const cookie = sessions.signOut(session, named?.id ?? null, clock.now());
  const response = await goodbye(query, directory);
  if (cookie !== null) response.headers.append("set-cookie", cookie);
  return response;
}

function goodbye(query: URLSearchParams, { usableApps }: Directory): Response | Promise<Response> {
  const address = query.get("post_logout_redirect_uri");
  const isKnown = usableApps.some(({ redirectUris }) => redirectUris.some(({ uri }) => uri === address));
  if (address === null || !isKnown) return page("You signed out of your account", "", []);
  const target = new URL(address);
  const state = query.get("state");
  if (state !== null) target.searchParams.set("state", state);
  return new Response(null, { status: 302, headers: { location: target.href, "cache-control": "no-store" } });
}

// A hint says who is meant and proves nothing, so its signature does not matter.
function subjectOf(idToken: string | null): string | null {
  try {
    const { oid } = decodeJwt(idToken ?? "");
    return typeof oid === "string" ? oid : null;
  } catch {
    return null;
  }
}
