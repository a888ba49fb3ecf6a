import { html, raw } from "hono/html";
import type { DirectoryUser } from "../directory-state.ts";

/** A form with one button; pressing it posts `name=value` and what stands in `also` to the page's own address. */
export interface PageButton {
  readonly name: string;
  readonly value: string;
  readonly label: string;
  readonly also?: Readonly<Record<string, string>>;
}

/** A button that says what the person of `flow` does. */
export function button(flow: string, act: string, label: string): PageButton {
  return { name: "act", value: act, label, also: { flow } };
}

/** A page of the simulated Entra ID. It works without a script. */
export async function page(
  title: string,
  text: string,
  buttons: readonly PageButton[],
  list: readonly string[] = [],
  status = 200,
): Promise<Response> {
  const forms = buttons.map(
    ({ name, value, label, also = {} }) => html`<form method="post">
      ${Object.entries(also).map(([key, field]) => html`<input type="hidden" name="${key}" value="${field}" />`)}
      <button name="${name}" value="${value}">${label}</button>
    </form>`,
  );
  const body = await html`${raw("<!doctype html>")}
    <html lang="en">
      <head><meta charset="utf-8" /><title>${title}</title></head>
      <body><main>
        <h1>${title}</h1>
        <p>${text}</p>
        <ul>${list.map((line) => html`<li>${line}</li>`)}</ul>
        ${forms}
      </main></body>
    </html>`;
  return htmlResponse(String(body), status);
}

/** Whoever signs in must see where they are: no page of Entra shows in a frame. */
export function htmlResponse(body: string, status = 200): Response {
  return new Response(body, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "x-frame-options": "DENY",
      "content-security-policy": "frame-ancestors 'none'",
    },
  });
}

/** Asks who is there. Nobody has a password. */
export function accountPage(
  users: readonly Pick<DirectoryUser, "id" | "upn">[],
  title = "Pick an account",
): Promise<Response> {
  const buttons = users.map(({ id, upn }) => ({ name: "account", value: id, label: upn }));
  return page(title, "", buttons);
}

/** What a person sees whom the app never hears of. */
export function troublePage({ message }: Error): Promise<Response> {
  return page("Sorry, but we’re having trouble signing you in", message, [], [], 400);
}
