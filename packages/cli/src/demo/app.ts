import { HEADERS, isId } from "@trunkline/protocol";
import * as z from "zod/mini";
import { crmFor } from "./crm.ts";
import { type GatewayCall, GatewayRefusal } from "./gateway-calls.ts";
import type { PageFile } from "./page-files.ts";
import type { Stage } from "./stage.ts";
import { PEOPLE, STAFF, type StaffId } from "./story/people.ts";
import type { World } from "./world.ts";

export interface DemoAppParts {
  /** The gateway's origin, as the page reaches it. */
  gatewayUrl: string;
  stage: {
    lines: Stage["lines"];
    session(staff: StaffId): Promise<{ token: string; expiresAt: string }>;
  };
  world: Pick<World, "text" | "follow">;
  files: ReadonlyMap<string, PageFile>;
  /** Calls the gateway with a session. */
  as: (token: string) => GatewayCall;
}

/** Stands in the page where the gateway's address belongs. */
const GATEWAY_PLACEHOLDER = "https://sms.example.com";
const COOKIE = "harbor_user";

const SignIn = z.strictObject({ user: z.enum(["mara", "tomas"]) });
const number = z.string().check(z.regex(/^\+[1-9]\d{6,14}$/));
const Follow = z.strictObject({ number });
const Text = z.strictObject({ number, to: number, text: z.string().check(z.minLength(1), z.maxLength(1600)) });
const WhoseConversation = z.strictObject({
  conversationId: z.string().check(z.refine((value) => isId("conv", value))),
});

type Handler = (request: Request, staff: StaffId, body: unknown) => Promise<Response>;

/**
 * The CRM's server, as a handler of web-standard requests: the page with a strict policy, the session route that the
 * inbox asks, the CRM's own data, and the way to the simulated phone.
 */
export function createDemoApp(parts: DemoAppParts): (request: Request) => Promise<Response> {
  const { gatewayUrl, stage, world, files, as } = parts;
  const posts: Readonly<Record<string, Handler>> = {
    // The one call that embedding the inbox needs: a session for whoever is signed in here.
    "/api/trunkline/session": async (request, staff) => {
      if (request.headers.get(HEADERS.session) !== "1")
        return refuse(403, "The header Trunkline-Session: 1 is missing.");
      const { token, expiresAt } = await stage.session(staff);
      return Response.json({ token, expiresAt }, { headers: { "cache-control": "no-store" } });
    },
    "/api/sign-in": async (_request, _staff, body) => {
      const { user } = SignIn.parse(body);
      return new Response(null, {
        status: 204,
        headers: { "set-cookie": cookie(user) },
      });
    },
    "/api/crm": async (_request, staff) => Response.json(crmFor(staff, stage.lines)),
    "/api/contact-of": async (_request, staff, body) => {
      const { conversationId } = WhoseConversation.parse(body);
      if (!isId("conv", conversationId)) return refuse(400, "That is not a conversation.");
      const { token } = await stage.session(staff);
      const { participants, lineId } = await as(token)("getConversation", {
        params: { id: conversationId },
      });
      const texter = participants[0]?.number ?? null;
      const contact = PEOPLE.find((person) => person.number === texter && "name" in person);
      return Response.json({ number: texter, lineId, contactId: contact?.id ?? null });
    },
    "/api/phone/texts": async (_request, _staff, body) => {
      const { number: from, to, text } = Text.parse(body);
      await world.text(from, to, text);
      return new Response(null, { status: 204 });
    },
    // A POST, so that the number stands in no address.
    "/api/phone/follow": async (request, _staff, body) => {
      const stream = await world.follow(Follow.parse(body).number, request.signal);
      return new Response(stream, { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
    },
  };

  return async (request) => {
    const { pathname, origin } = new URL(request.url);
    if (request.method === "GET" || request.method === "HEAD") {
      const file = files.get(pathname);
      return file === undefined ? refuse(404, "There is no such page.") : page(file, gatewayUrl);
    }
    const handler = posts[pathname];
    if (request.method !== "POST" || handler === undefined) return refuse(404, "There is no such page.");
    if (!isSameOrigin(request, origin)) return refuse(403, "Only the page itself may ask this.");
    try {
      const text = await request.text();
      return await handler(request, signedIn(request), text === "" ? undefined : JSON.parse(text));
    } catch (error) {
      return refusalOf(error);
    }
  };
}

function page({ type, content }: PageFile, gatewayUrl: string): Response {
  const body = type.startsWith("text/html") ? content.replaceAll(GATEWAY_PLACEHOLDER, gatewayUrl) : content;
  return new Response(body, {
    headers: {
      "content-type": type,
      "cache-control": "no-cache",
      "content-security-policy": [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        `connect-src 'self' ${gatewayUrl}`,
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ].join("; "),
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    },
  });
}

/** A browser says where a POST comes from; another site's page must not sign in or text in somebody's name. */
function isSameOrigin(request: Request, origin: string): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") return false;
  const from = request.headers.get("origin");
  return (from === null || from === origin) && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(origin).hostname);
}

/** Whoever the cookie names; the first of the staff for a new visitor, so that the demo needs no password. */
function signedIn(request: Request): StaffId {
  const value = /(?:^|;\s*)harbor_user=(\w+)/.exec(request.headers.get("cookie") ?? "")?.[1];
  return STAFF.find(({ id }) => id === value)?.id ?? "mara";
}

function cookie(user: StaffId): string {
  return `${COOKIE}=${user}; Path=/; HttpOnly; SameSite=Strict`;
}

function refusalOf(error: unknown): Response {
  if (error instanceof GatewayRefusal) return refuse(error.status === 404 ? 404 : 502, error.message);
  if (error instanceof z.core.$ZodError || error instanceof SyntaxError)
    return refuse(400, "That is not what this route takes.");
  return refuse(502, error instanceof Error ? error.message : "Something did not answer.");
}

function refuse(status: number, message: string): Response {
  return Response.json({ message }, { status });
}
