import { pause, type RandomBytes } from "@trunkline/gateway";
import { Hono } from "hono";
import type { Activity } from "../activity.ts";
import type { WorldClock } from "../clock.ts";
import type { WorldMemory } from "../memory.ts";
import { chance } from "../random.ts";
import type { CarrierAccount } from "../state.ts";
import { type CarrierMessage, stateAt } from "./message.ts";
import type { PlainCarrier } from "./plain-carrier.ts";
import { RateLimit } from "./rate-limit.ts";
import { type Refusal, refusalOf, Submission } from "./submission.ts";

export interface CarrierApiParts {
  carrier: PlainCarrier;
  clock: WorldClock;
  /** Counts the answers that the carrier's slowness holds back. */
  holds: Activity;
  memory: WorldMemory;
  random: RandomBytes;
  /** Aborted when the world ends: connections break. */
  stopping: AbortSignal;
}

type CarrierEnv = { Variables: { account: CarrierAccount } };

const LIST_LIMIT = 100;

/** The plain carrier's own HTTP API: what a gateway's adapter, or anybody's client, talks to. */
export function carrierApi({ carrier, clock, holds, memory, random, stopping }: CarrierApiParts): Hono<CarrierEnv> {
  const rate = new RateLimit();
  const api = new Hono<CarrierEnv>();

  api.use(async (c, next) => {
    if (memory.state.behaviour.down) {
      return refuse({ status: 503, code: "unavailable", message: "The carrier is down" }, { "retry-after": "5" });
    }
    const key = /^Bearer (\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    const account = memory.state.accountWith(({ apiKey }) => apiKey === key);
    if (!account) return refuse({ status: 401, code: "auth", message: "The API key is not valid" });
    c.set("account", account);
    return next();
  });

  api.post("/messages", async (c) => {
    const { account } = c.var;
    const { behaviour } = memory.state;
    const parsed = Submission.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success) {
      return refuse({ status: 422, code: "content_rejected", message: "Send { from, to, text, reference, media? }" });
    }
    const isBlocked = memory.state.isBlocked(parsed.data.from, parsed.data.to);
    const refusal = refusalOf(parsed.data, account.numbers, behaviour, isBlocked);
    if (refusal) return refuse(refusal);
    if (!rate.take(account.id, behaviour.perSecond, clock.now())) {
      const told = { code: "rate_limited", message: "Too many texts a second", scope: "account" }; // not the line alone
      return Response.json(told, { status: 429, headers: { "retry-after": "1" } });
    }
    const { id } = await carrier.take(account, parsed.data);
    if (behaviour.latencyMs > 0) await holds.track(pause(clock, behaviour.latencyMs, stopping));
    if (stopping.aborted) return Response.error();
    if (chance(random, behaviour.dropAnswers)) return lostAnswer(random);
    return c.json({ id, status: "accepted" }, 201);
  });

  api.get("/messages", async (c) => {
    const { account } = c.var;
    const reference = c.req.query("reference");
    const found = reference === undefined ? memory.state.accepted : memory.state.messagesByReference(reference);
    const own = found.filter(({ accountId }) => accountId === account.id).slice(-LIST_LIMIT);
    await memory.durable();
    return c.json({ data: own.map((message) => shown(message, clock.now())) });
  });

  api.get("/messages/:id", async (c) => {
    const message = memory.state.messageById(c.req.param("id"));
    await memory.durable();
    if (message?.accountId !== c.var.account.id) {
      return refuse({ status: 404, code: "not_found", message: "No such message" });
    }
    return c.json(shown(message, clock.now()));
  });

  api.get("/numbers", (c) => c.json({ data: c.var.account.numbers.map((number) => ({ number })) }));

  api.notFound(() => refuse({ status: 404, code: "not_found", message: "The carrier has nothing at this address" }));
  return api;
}

function refuse({ status, code, message }: Refusal, headers: Record<string, string> = {}): Response {
  return Response.json({ code, message }, { status, headers });
}

// Half of the lost answers break the connection, half come as a server's error: callers must take both for "unknown".
function lostAnswer(random: RandomBytes): Response {
  if (chance(random, 0.5)) return Response.error();
  return Response.json({ code: "internal", message: "Something went wrong" }, { status: 500 });
}

function shown(message: CarrierMessage, now: number) {
  const { id, reference, from, to, text, at } = message;
  return { id, reference, from, to, text, ...stateAt(message, now), at: new Date(at).toISOString() };
}
