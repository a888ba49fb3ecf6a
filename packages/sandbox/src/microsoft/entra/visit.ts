import type { Directory } from "../directory.ts";
import { EntraError } from "./errors.ts";
import { accountPage } from "./page.ts";
import type { BrowserSession, SignedIn } from "./sessions.ts";

/** One request of a browser to a page of Entra. */
export interface Visit {
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  /** Who is signed in at this browser. */
  readonly session: BrowserSession;
}

const ASKS_AGAIN: readonly (string | null)[] = ["login", "select_account"];

/**
 * Who goes on without being asked, because the browser is signed in already; null when somebody has to be picked.
 *
 * @throws EntraError without a page to ask on (`prompt=none`): 50058 nobody fitting is signed in, 16000 several are
 */
export function signedIn({ query, session }: Visit, directory: Directory): SignedIn | null {
  const prompt = query.get("prompt");
  if (ASKS_AGAIN.includes(prompt)) return null;
  const fitting = fittingAccounts({ query, session }, directory);
  const [first] = fitting;
  if (first && fitting.length === 1) return first;
  if (prompt === "none") throw new EntraError(first ? 16000 : 50058);
  return null;
}

/** Who is signed in at the browser, of those whom the request's hint leaves. */
export function fittingAccounts(
  { query, session }: Pick<Visit, "query" | "session">,
  directory: Directory,
): SignedIn[] {
  const hint = query.get("login_hint")?.toLowerCase();
  return session.accounts.filter(
    ({ userId }) => hint === undefined || directory.findAnybody(userId)?.upn.toLowerCase() === hint,
  );
}

/** Asks who is there, of those whom the request's hints leave. */
export function pickAccount({ query }: Visit, { accounts: everybody }: Directory): Promise<Response> {
  const hint = query.get("login_hint")?.toLowerCase();
  const domain = query.get("domain_hint")?.toLowerCase();
  const named = everybody.filter(({ upn }) => upn.toLowerCase() === hint);
  if (named.length > 0) return accountPage(named);
  const near = everybody.filter(({ upn }) => upn.toLowerCase().endsWith(`@${domain}`));
  return accountPage(near.length > 0 ? near : everybody);
}
