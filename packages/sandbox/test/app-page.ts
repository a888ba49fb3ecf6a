import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { newServerCertificate } from "../src/node/entra-certificate.ts";
import { listenForWorld } from "../src/node/serve-world.ts";

const require = createRequire(import.meta.url);
const msal = require.resolve("@azure/msal-browser"); // …/lib/msal-browser.cjs
const SCRIPTS: Readonly<Record<string, URL>> = {
  "/msal.js": new URL("msal-browser.js", `file://${msal}`),
  "/bridge.js": new URL("redirect-bridge/msal-redirect-bridge.js", `file://${msal}`),
  "/relay.js": new URL("popup-relay/msal-popup-relay.js", `file://${msal}`),
};

/** An app's web server: where its own page is, and that of another site which frames it. */
export interface ServedApp {
  readonly app: string;
  readonly teams: string;
  close(): Promise<void>;
}

/**
 * A web server with what an app on msal-browser has: its own page, the page that answers come back to, and the one that
 * opens popups for it when it is framed.
 *
 * @param site - `"entra"`: https on 127.0.0.1, so that browsers send Entra's cookies to Entra's frames in the app's page;
 * `"other"`: another site, to whose frames browsers that block third-party cookies send none
 */
export async function serveApp(site: "entra" | "other"): Promise<ServedApp> {
  const { certificate, privateKey } = await newServerCertificate(Date.now());
  const tls = { cert: certificate, key: privateKey };
  const server = await (site === "entra" ? listenForWorld(0, "127.0.0.1", tls) : listenForWorld(0, "127.0.0.1"));
  const { port } = new URL(server.url);
  const app = site === "entra" ? server.url : `http://localhost:${port}`;
  const pages: Readonly<Record<string, string>> = {
    "/": `<script src="/msal.js"></script><h1>The app</h1>`,
    "/bridge": `<script src="/bridge.js"></script><script>msalRedirectBridge.broadcastResponseToMainFrame()</script>`,
    "/relay": `<script src="/relay.js"></script><script>msalPopupRelay.runPopupRelay()</script>`,
    "/teams": `<h1>Teams</h1><iframe name="tab" src="${app}/"></iframe>`,
  };
  server.answer(async (request) => {
    const { pathname } = new URL(request.url);
    const script = SCRIPTS[pathname];
    if (script) return new Response(await readFile(script), { headers: { "content-type": "text/javascript" } });
    const page = pages[pathname];
    return page === undefined
      ? new Response(null, { status: 404 })
      : new Response(`<!doctype html><meta charset="utf-8">${page}`, { headers: { "content-type": "text/html" } });
  });
  return { app, teams: `http://127.0.0.1:${port}/teams`, close: server.close };
}
