import { html, raw } from "hono/html";
import type { EntraError } from "./errors.ts";
import { htmlResponse } from "./page.ts";

/** The ways in which an answer gets back to the app. */
export const RESPONSE_MODES = ["query", "fragment", "form_post"] as const;

/** Sends a person back to the app with an answer, in the way that the request asks for. */
export async function reply(query: URLSearchParams, fields: Readonly<Record<string, string>>): Promise<Response> {
  const state = query.get("state");
  const answer = { ...fields, ...(state === null ? {} : { state }) };
  const redirectUri = query.get("redirect_uri") ?? "";
  if (query.get("response_mode") === "form_post") return posted(redirectUri, answer);
  const target = new URL(redirectUri);
  if (query.get("response_mode") === "fragment") target.hash = new URLSearchParams(answer).toString();
  else for (const [name, value] of Object.entries(answer)) target.searchParams.set(name, value);
  return new Response(null, { status: 302, headers: { location: target.href, "cache-control": "no-store" } });
}

/** An error as the authorize endpoint tells it to the app. */
export function told(error: EntraError): Record<string, string> {
  const { code, message, suberror } = error;
  return {
    error: INTERACTIVE.has(code)
      ? "interaction_required"
      : error.error === "invalid_grant"
        ? "access_denied"
        : error.error,
    ...(code === 90094 || code === 90095 ? { error_subcode: "cancel" } : {}),
    error_description: message,
    ...(suberror === undefined ? {} : { suberror }),
  };
}

// A grant is something of the token endpoint; here a person has to do something, or is not let in.
const INTERACTIVE: ReadonlySet<number> = new Set([16000, 50076, 65001]);

// "OAuth 2.0 Form Post Response Mode": a page that posts itself. Without a script there is a button.
async function posted(redirectUri: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
  return htmlResponse(
    String(
      await html`${raw("<!doctype html>")}
      <html lang="en">
        <head><meta charset="utf-8" /><title>Working…</title></head>
        <body>
          <form method="post" action="${redirectUri}">${inputs}<noscript><button>Continue</button></noscript></form>
          <script>document.forms[0].submit();</script>
        </body>
      </html>`,
    ),
  );
}
