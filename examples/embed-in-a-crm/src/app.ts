import type { Trunkline } from "@trunkline/sdk";
import { Hono } from "hono";

export interface AppParts {
  /** The gateway as the server asks it, with a tenant key. */
  trunkline: Trunkline;
  /** The gateway as browsers reach it. */
  gatewayUrl: string;
  /** The page, with `{gateway}` where that address belongs. */
  page: string;
  /** The inbox's bundle. */
  inbox: string;
  /** Who is signed in to this application, or null. */
  signedIn: (request: Request) => { id: string; name: string } | null;
}

/** A CRM of one page, and the one route that the inbox in it needs. */
export function createApp({ trunkline, gatewayUrl, page, inbox, signedIn }: AppParts): Hono {
  const app = new Hono();
  app.get("/", (c) => c.html(page.replaceAll("{gateway}", gatewayUrl)));
  app.get("/trunkline-inbox.js", (c) => c.body(inbox, 200, { "content-type": "text/javascript; charset=utf-8" }));
  app.post("/api/trunkline/session", async (c) => {
    if (c.req.header("Trunkline-Session") !== "1") return c.body(null, 403);
    const user = signedIn(c.req.raw);
    if (user === null) return c.body(null, 401);
    const session = await trunkline.sessions.create({
      user: { externalId: user.id, name: user.name },
      role: "owner", // counts when the user is made; a real CRM says what this person is
    });
    return c.json(session, 200, { "cache-control": "no-store" });
  });
  return app;
}
