import { html, raw } from "hono/html";

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
  return new Response(String(body), {
    status,
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
  });
}
