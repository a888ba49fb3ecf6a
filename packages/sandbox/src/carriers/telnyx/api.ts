import { Hono } from "hono";
import * as z from "zod/mini";
import type { CarrierAccount } from "../../carrier/entries.ts";
import { type CarrierApiParts, reception } from "../../carrier/reception.ts";
import { secretOf } from "../../carrier/secret-of.ts";
import { telnyxError } from "./codes.ts";
import { pageOf, shownInbound, shownNumber, shownOutbound, shownProfile } from "./resources.ts";
import { judge } from "./submission.ts";

type TelnyxEnv = { Variables: { account: CarrierAccount } };

const ProfileChange = z.object({ webhook_url: z.nullish(z.url()) });

/** What `https://api.telnyx.com/v2` answers, as far as messages, numbers, profiles and opt-outs go. */
export function telnyxApi(parts: CarrierApiParts): Hono<TelnyxEnv> {
  const { clock, memory } = parts;
  const book = memory.state.carriers;
  const receive = reception(parts);
  const list = (items: readonly unknown[], url: string) => {
    const page = pageOf(items, new URL(url).searchParams);
    return page ? Response.json(page) : telnyxError("10015", { detail: "page[number] or page[size] is not valid." });
  };
  const profileOf = (account: CarrierAccount) => {
    const url = book.setting(account.id, "webhook_url");
    return shownProfile(account, typeof url === "string" ? url : null);
  };

  const api = new Hono<TelnyxEnv>();
  api.use(async (c, next) => {
    if (book.behaviour("telnyx").down) return telnyxError("10007", { status: 503 });
    const key = /^Bearer (\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    const account = book.accountWith(({ carrier, secrets }) => carrier === "telnyx" && secrets.apiKey === key);
    if (!account) return telnyxError("10009");
    c.set("account", account);
    return next();
  });

  api.post("/messages", async (c) => {
    const { account } = c.var;
    const judged = judge(await c.req.json().catch(() => null), account, book);
    if (judged instanceof Response) return judged;
    const received = await receive(account, judged);
    switch (received.kind) {
      case "limited": {
        const limit = String(book.behaviour("telnyx").perSecond);
        const headers = { "x-ratelimit-limit": limit, "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1" };
        return telnyxError("10011", { headers });
      }
      case "broken":
        return Response.error();
      case "garbled":
        return telnyxError("10007");
      case "taken": {
        const { message } = received;
        // The answer tells how the text stood when it was taken, however long the answer took.
        return c.json({ data: shownOutbound(message, account, message.at) });
      }
    }
  });
  api.get("/messages/:id", async (c) => {
    const { account } = c.var;
    const message = book.messageById(c.req.param("id"));
    const arrival = book.arrivedAt(account.id).find(({ id }) => id === c.req.param("id"));
    await memory.durable();
    if (message?.accountId === account.id) return c.json({ data: shownOutbound(message, account, clock.now()) });
    return arrival ? c.json({ data: shownInbound(arrival, account) }) : telnyxError("10005");
  });

  api.get("/messaging_optouts", (c) => {
    const { account } = c.var;
    const wanted = c.req.query("filter[from]");
    const optOuts = account.numbers
      .filter((number) => wanted === undefined || wanted === number)
      .flatMap((number) =>
        [...book.blockedBy(number)].map(([handset, { at, word }]) => ({
          from: number,
          to: handset,
          messaging_profile_id: secretOf(account, "messagingProfileId"),
          keyword: word,
          created_at: new Date(at).toISOString(),
        })),
      );
    return list(optOuts, c.req.url);
  });

  api.get("/messaging_profiles", (c) => list([profileOf(c.var.account)], c.req.url));
  api.on(["GET", "PATCH"], "/messaging_profiles/:id", async (c) => {
    const { account } = c.var;
    if (c.req.param("id") !== account.secrets.messagingProfileId) return telnyxError("10005");
    if (c.req.method === "PATCH") {
      const { data } = ProfileChange.safeParse(await c.req.json().catch(() => null));
      if (!data) return telnyxError("10015", { pointer: "/webhook_url" });
      const { webhook_url: value } = data;
      const change = { type: "setting", accountId: account.id, key: "webhook_url" } as const;
      if (value !== undefined) await memory.record(value === null ? change : { ...change, value });
    }
    return c.json({ data: profileOf(account) });
  });
  api.get("/messaging_profiles/:id/phone_numbers", (c) =>
    c.req.param("id") === c.var.account.secrets.messagingProfileId
      ? list(
          c.var.account.numbers.map((number) => shownNumber(number, c.var.account)),
          c.req.url,
        )
      : telnyxError("10005"),
  );

  api.get("/phone_numbers/messaging", (c) => {
    const wanted = c.req.query("filter[phone_number]");
    const numbers = c.var.account.numbers.filter((number) => wanted === undefined || wanted === number);
    return list(
      numbers.map((number) => shownNumber(number, c.var.account)),
      c.req.url,
    );
  });
  api.get("/phone_numbers/:id/messaging", (c) => {
    const number = c.var.account.numbers.find((one) => one.replace(/\D/g, "") === c.req.param("id").replace(/\D/g, ""));
    return number === undefined ? telnyxError("10005") : c.json({ data: shownNumber(number, c.var.account) });
  });

  api.get("/public_key", (c) =>
    c.json({ data: { record_type: "public_key", public: secretOf(c.var.account, "publicKey") } }),
  );

  api.notFound(() => telnyxError("10005"));
  return api;
}
