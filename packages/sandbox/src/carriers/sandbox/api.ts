import { Hono } from "hono";
import type { CarrierAccount } from "../../carrier/entries.ts";
import { type CarrierMessage, stateAt } from "../../carrier/message.ts";
import { type CarrierApiParts, reception } from "../../carrier/reception.ts";
import { type Refusal, refusalOf, Submission } from "./submission.ts";

type CarrierEnv = { Variables: { account: CarrierAccount } };

const LIST_LIMIT = 100;

/** The plain carrier's own HTTP API: what a gateway's adapter, or anybody's client, talks to. */
export function sandboxApi(parts: CarrierApiParts): Hono<CarrierEnv> {
  const { clock, memory } = parts;
  const book = memory.state.carriers;
  const receive = reception(parts);
  const api = new Hono<CarrierEnv>();

  api.use(async (c, next) => {
    if (book.behaviour("sandbox").down) {
      return refuse({ status: 503, code: "unavailable", message: "The carrier is down" }, { "retry-after": "5" });
    }
    const key = /^Bearer (\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    const account = book.accountWith(({ carrier, secrets }) => carrier === "sandbox" && secrets.apiKey === key);
    if (!account) return refuse({ status: 401, code: "auth", message: "The API key is not valid" });
    c.set("account", account);
    return next();
  });

  api.post("/messages", async (c) => {
    const { account } = c.var;
    const parsed = Submission.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success) {
      return refuse({ status: 422, code: "content_rejected", message: "Send { from, to, text, reference, media? }" });
    }
    const isBlocked = book.isBlocked(account, parsed.data.from, parsed.data.to);
    const refusal = refusalOf(parsed.data, account.numbers, book.behaviour("sandbox"), isBlocked);
    if (refusal) return refuse(refusal);
    const received = await receive(account, parsed.data);
    switch (received.kind) {
      case "limited": {
        const told = { code: "rate_limited", message: "Too many texts a second", scope: "account" }; // not the line alone
        return Response.json(told, { status: 429, headers: { "retry-after": "1" } });
      }
      case "broken":
        return Response.error();
      case "garbled":
        return Response.json({ code: "internal", message: "Something went wrong" }, { status: 500 });
      case "taken":
        return c.json({ id: received.message.id, status: "accepted" }, 201);
    }
  });

  api.get("/messages", async (c) => {
    const { account } = c.var;
    const reference = c.req.query("reference");
    const found = reference === undefined ? book.acceptedFrom(account.id) : book.messagesByReference(reference);
    const own = found.filter(({ accountId }) => accountId === account.id).slice(-LIST_LIMIT);
    await memory.durable();
    return c.json({ data: own.map((message) => shown(message, clock.now())) });
  });

  api.get("/messages/:id", async (c) => {
    const message = book.messageById(c.req.param("id"));
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

function shown(message: CarrierMessage, now: number) {
  const { id, reference, from, to, text, at } = message;
  return { id, reference, from, to, text, ...stateAt(message, now), at: new Date(at).toISOString() };
}
