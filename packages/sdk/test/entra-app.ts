import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { build } from "vite";

/** An app's web server: the address of its own page, and of another site's page that frames it. */
export interface ServedApp {
  readonly app: string;
  readonly framed: string;
  close(): Promise<void>;
}

/** Serves an app that has what the guide says: its own page, the page of answers, and the one that opens windows for frames. */
export async function serveApp(authority: string): Promise<ServedApp> {
  const files = await bundle();
  const { origin } = new URL(authority);
  const script = (code: string) =>
    `<!doctype html><meta charset="utf-8"><script type="module">import "/page.js"; ${code}</script>`;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://app.test");
    const code = files.get(pathname.slice(1));
    response.setHeader("Content-Type", code === undefined ? "text/html" : "text/javascript");
    response.end(code ?? pages[pathname]);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const app = `http://localhost:${port}`;
  const pages: Readonly<Record<string, string>> = {
    "/": script(""),
    "/auth.html": script("await finishSignIn();"),
    "/relay.html": script(`relaySignIn([${JSON.stringify(origin)}]);`),
    "/crm": `<!doctype html><h1>Somebody else's page</h1><iframe name="tab" src="${app}/"></iframe>`,
  };
  return {
    app,
    framed: `http://127.0.0.1:${port}/crm`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** The page's script with all that it imports, by file name. */
async function bundle(): Promise<ReadonlyMap<string, string>> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    root: import.meta.dirname,
    build: {
      write: false,
      minify: false,
      modulePreload: false,
      rollupOptions: {
        input: resolve(import.meta.dirname, "entra-page.ts"),
        output: { entryFileNames: "page.js" },
      },
    },
  });
  const outputs = Array.isArray(built) ? built : [built];
  const chunks = outputs.flatMap((one) => ("output" in one ? one.output : []));
  return new Map(chunks.flatMap((chunk) => (chunk.type === "chunk" ? [[chunk.fileName, chunk.code] as const] : [])));
}
