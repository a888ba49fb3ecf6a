import { http, type RequestHandler } from "msw";
import type { Sandbox } from "./sandbox.ts";

/**
 * Handlers for Mock Service Worker that answer every request to the sandbox's gateway, world, Entra ID and Graph, so that
 * code which cannot be given a `fetch` reaches them all the same, event stream included.
 *
 * @example
 * const server = setupServer(...sandboxHandlers(sandbox));
 */
export function sandboxHandlers(sandbox: Pick<Sandbox, "url" | "worldUrl" | "microsoft" | "fetch">): RequestHandler[] {
  const { authority, graph } = sandbox.microsoft;
  return [sandbox.url, sandbox.worldUrl, new URL(authority).origin, new URL(graph).origin].map((origin) =>
    http.all(`${origin}/*`, ({ request }) => sandbox.fetch(request)),
  );
}
