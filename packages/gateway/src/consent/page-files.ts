import type { OutsideRoute } from "../http/route.ts";

/* The pages' style and script as files: the pages' policy lets nothing run that stands in them. */

const STYLE = `:root {
  color-scheme: light dark;
  --text: #1b1a19; --muted: #55534f; --surface: #fff; --border: #c8c6c4; --accent: #4f52b2; --on-accent: #fff;
}
@media (prefers-color-scheme: dark) {
  :root { --text: #f3f2f1; --muted: #c1bfbc; --surface: #1f1f1f; --border: #55534f; --accent: #a9acf5; --on-accent: #14143a; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--surface); color: var(--text); font: 1rem/1.5 "Segoe UI", system-ui, sans-serif; }
main { max-inline-size: 40rem; margin-inline: auto; padding: 1.5rem 1rem 3rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.125rem; margin-block: 1.5rem .5rem; }
li { margin-block-end: .75rem; }
.muted { color: var(--muted); }
button, .button {
  display: inline-block; min-block-size: 2.75rem; padding: .5rem 1.25rem; margin-block: .25rem; margin-inline-end: .5rem;
  border: 1px solid var(--border); border-radius: .375rem; background: transparent; color: inherit; font: inherit;
  text-decoration: none; cursor: pointer;
}
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
textarea { inline-size: 100%; padding: .75rem; border: 1px solid var(--border); border-radius: .375rem; background: transparent; color: inherit; font: inherit; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
@media (forced-colors: active) { button.primary { border: 2px solid ButtonText; } }
`;

// Looks every second whether an administrator has approved, and then goes on by itself.
const SCRIPT = `const wait = document.querySelector("[data-wait]");
if (wait) {
  const status = document.querySelector("[role=status]");
  const look = async () => {
    try {
      const answer = await fetch(wait.action, { headers: { accept: "application/json" }, cache: "no-store" });
      if (answer.status === 404) { status.textContent = "This page has ended. Start again in the app."; return; }
      if (answer.ok && (await answer.json()).state === "granted") {
        status.textContent = "It was approved. Going on…";
        wait.requestSubmit();
        return;
      }
    } catch { /* The gateway is away for a moment: the next look asks again. */ }
    setTimeout(look, 1000);
  };
  look();
}
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    document.querySelector("[role=status]").textContent = "Copied.";
  });
}
if (document.querySelector("[data-close]") && window.opener) window.close();
`;

/** `GET /microsoft/page.css` and `/microsoft/page.js`. */
export const pageFiles: readonly OutsideRoute[] = [
  file("page.css", STYLE, "text/css"),
  file("page.js", SCRIPT, "text/javascript"),
];

function file(name: string, text: string, type: string): OutsideRoute {
  return {
    method: "GET",
    path: `/microsoft/${name}`,
    maxBytes: 0,
    storeless: true,
    handle: async () =>
      new Response(text, { headers: { "content-type": `${type}; charset=utf-8`, "cache-control": "max-age=300" } }),
  };
}
