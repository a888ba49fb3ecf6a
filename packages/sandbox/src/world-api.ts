import { Hono } from "hono";
import { cors } from "hono/cors";
import * as z from "zod/mini";
import { CarrierBehaviourInput } from "./carrier/behaviour.ts";
import { parseDuration } from "./duration.ts";
import { GatewayRefused } from "./gateway-api.ts";
import { isLoopback } from "./loopback.ts";
import { microsoftApi } from "./microsoft-api.ts";
import { readBody, WorldProblem } from "./problem.ts";
import type { World } from "./world.ts";

const HandsetTextInput = z
  .strictObject({
    to: z.string().check(z.maxLength(64)),
    text: z.string().check(z.maxLength(10_000)),
    media: z.optional(z.array(z.url().check(z.maxLength(2000))).check(z.maxLength(10))),
  })
  .check(z.refine(({ text, media }) => text !== "" || (media ?? []).length > 0, "a message needs a text or media"));
const SessionInput = z.strictObject({ userId: z.string().check(z.minLength(1), z.maxLength(200)) });
const MoveInput = z.strictObject({
  advance: z.string().check(z.refine((text) => parseDuration(text) !== null, "an ISO 8601 duration such as PT15S")),
});
const AnnouncementInput = z.strictObject({
  address: z.url().check(
    z.refine(isLoopback, "a gateway on this machine"),
    z.refine((url) => !url.endsWith("/")),
  ),
  operatorKey: z.string().check(z.minLength(1), z.maxLength(200)),
  publicUrl: z.optional(z.url().check(z.refine((url) => !url.endsWith("/")))),
});
const FollowedInput = z.strictObject({ move: z.int().check(z.gte(0)) });

/** The calls on the world: what testers, demos and gateways use to drive it. */
export function worldApi(world: World): Hono {
  const api = new Hono();
  // Demos and test pages run on a port of their own; nobody else's page may drive the world.
  api.use(cors({ origin: (origin) => (isLoopback(origin) ? origin : null), maxAge: 600 }));

  api.get("/", (c) => c.json(world.describe()));

  api.post("/sessions", async (c) => {
    const { userId } = await readBody(c.req.raw, SessionInput);
    return c.json(await world.createSession(userId), 201);
  });

  api.get("/events", () =>
    world.feed.stream({
      clock: world.clock,
      first: { type: "ready", data: {} },
      accepts: ({ type }) => type !== "clock",
    }),
  );

  api.post("/handsets/:number/messages", async (c) => {
    const { to, text, media } = await readBody(c.req.raw, HandsetTextInput);
    const sent = await world.text(c.req.param("number"), to, text, media);
    const arrived = sent.webhook.kind === "answered" && sent.webhook.status >= 200 && sent.webhook.status < 300;
    return c.json({ ...sent.message, webhook: sent.webhook }, arrived ? 201 : 202);
  });
  api.get("/handsets/:number/messages", async (c) => {
    const data = world.handsetMessages(c.req.param("number"));
    await world.durable();
    return c.json({ data });
  });
  api.get("/handsets/:number/events", (c) => {
    const number = world.handsetNumber(c.req.param("number"));
    return world.feed.stream({
      clock: world.clock,
      first: { type: "ready", data: { number } },
      accepts: (event) => event.type === "handset.message" && event.data.number === number,
    });
  });

  api.put("/carriers/:carrier", async (c) => {
    const input = await readBody(c.req.raw, CarrierBehaviourInput);
    return c.json(await world.configure(c.req.param("carrier"), input));
  });
  api.post("/carriers/:carrier/lines", async (c) => c.json(await world.openLine(c.req.param("carrier")), 201));
  api.get("/carriers/:carrier/accepted", async (c) => {
    const data = world.accepted(c.req.param("carrier"));
    await world.durable();
    return c.json({ data });
  });

  api.post("/clock", async (c) => {
    const { advance } = await readBody(c.req.raw, MoveInput);
    await world.advance(parseDuration(advance) ?? 0);
    return c.json(world.describe().clock);
  });

  gatewayRoutes(api, world);
  api.route(
    "/microsoft",
    microsoftApi({ parts: () => ({ microsoft: world.microsoft, clock: world.clock }), durable: () => world.durable() }),
  );

  api.notFound(() => new WorldProblem(404, "not_found", "The world has nothing at this address").toResponse());
  api.onError((error) => {
    if (error instanceof WorldProblem) return error.toResponse();
    if (error instanceof GatewayRefused) return new WorldProblem(502, "gateway_refused", error.message).toResponse();
    return new WorldProblem(500, "internal_error", `The world failed: ${error.message}`).toResponse();
  });
  return api;
}

// How a gateway in a process of its own lives with the world: it takes a name, follows the clock, says where it is.
function gatewayRoutes(api: Hono, world: World): void {
  api.post("/gateways", (c) => c.json({ id: world.register(), offsetMs: world.offsetMs }, 201));

  api.get("/gateways/:id/clock", (c) => {
    const id = attached(world, c.req.param("id"));
    world.attachments.connected(id);
    return world.feed.stream({
      clock: world.clock,
      first: { type: "clock", data: { offsetMs: world.offsetMs, move: world.moves } },
      accepts: ({ type }) => type === "clock",
      onEnd: () => world.attachments.gone(id),
    });
  });
  api.post("/gateways/:id/clock", async (c) => {
    const { move } = await readBody(c.req.raw, FollowedInput);
    world.attachments.followed(attached(world, c.req.param("id")), move);
    return c.body(null, 204);
  });
  api.put("/gateways/:id", async (c) => {
    const announcement = await readBody(c.req.raw, AnnouncementInput);
    const { tenants } = await world.announce(announcement, attached(world, c.req.param("id")));
    return c.json({ tenants: tenants.map(({ tenantId, name }) => ({ tenantId, name })) });
  });
}

function attached(world: World, id: string): string {
  if (world.attachments.has(id)) return id;
  throw new WorldProblem(404, "not_found", "No such gateway is attached: attach again");
}
