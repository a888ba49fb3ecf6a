import * as z from "zod/mini";
import { readJson } from "../http.ts";

/*
 * Tokens of Microsoft Entra ID for Azure Communication Services, by the client credentials of an app.
 * Source: learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */

const SCOPE = "https://communication.azure.com/.default";
/** A token is not used for its last minutes, in milliseconds: a request may be on its way for a while. */
const SPARE_MS = 5 * 60_000;

/** An app that the resource has let in, such as by the role Contributor. */
export interface EntraApp {
  /** Such as `https://login.microsoftonline.com`. */
  readonly authority: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export type EntraAnswer =
  | { readonly kind: "token"; readonly token: string }
  /** Entra's own words. */
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "unreachable" };

const Token = z.object({ access_token: z.string().check(z.minLength(1)), expires_in: z.number() });
const Refused = z.object({ error: z.string(), error_description: z.nullish(z.string()) });

/** Gives the token that is valid now; asks for one where there is none. It never rejects. */
export function entraTokens(
  { authority, tenantId, clientId, clientSecret }: EntraApp,
  { fetch, now }: { fetch: typeof globalThis.fetch; now: () => number },
): (signal: AbortSignal) => Promise<EntraAnswer> {
  let kept: { readonly token: string; readonly until: number } | undefined;

  return async (signal) => {
    if (kept && now() < kept.until) return { kind: "token", token: kept.token };
    const asked = now();
    try {
      const answer = await fetch(`${authority}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({
          grant_type: "client_credentials",
          client_id: clientId,
          client_secret: clientSecret,
          scope: SCOPE,
        }).toString(),
        signal,
      });
      const json = await readJson(answer);
      if (answer.ok) {
        const { data } = Token.safeParse(json);
        if (!data) return { kind: "unreachable" };
        kept = { token: data.access_token, until: asked + data.expires_in * 1000 - SPARE_MS };
        return { kind: "token", token: data.access_token };
      }
      const { data: refused } = Refused.safeParse(json);
      const isRefusal = refused !== undefined && (answer.status === 400 || answer.status === 401);
      if (!isRefusal) return { kind: "unreachable" };
      return { kind: "refused", message: refused.error_description?.split(/\r?\n/)[0] ?? refused.error };
    } catch {
      return { kind: "unreachable" }; // Entra is away; that says nothing about the app
    }
  };
}
