import { type Context, Hono } from "hono";
import type { CarrierAccount } from "../../carrier/entries.ts";
import { stateAt } from "../../carrier/message.ts";
import { type CarrierApiParts, reception } from "../../carrier/reception.ts";
import { twilioError } from "./codes.ts";
import { hasPageSize, pageOf } from "./paging.ts";
import {
  accountPath,
  type Kept,
  type NumberSettings,
  numberSid,
  shownAccount,
  shownMessage,
  shownNumber,
} from "./resources.ts";
import { judge } from "./submission.ts";

type TwilioEnv = { Variables: { account: CarrierAccount } };

/** What `https://api.twilio.com` answers, as far as texts, numbers and the account go. */
export function twilioApi(parts: CarrierApiParts): Hono<TwilioEnv> {
  const { clock, memory } = parts;
  const book = memory.state.carriers;
  const receive = reception(parts);

  const settingsOf = (account: CarrierAccount, number: string) =>
    (book.setting(account.id, `number ${number}`) ?? {}) as NumberSettings;
  const set = (account: CarrierAccount, key: string, value: unknown) =>
    memory.record({ type: "setting", accountId: account.id, key, value });
  const shown = (one: Kept, account: CarrierAccount) =>
    shownMessage(one, account, clock.now(), book.setting(account.id, `redacted ${one.message.id}`) === true);

  /** All texts of an account that were not deleted, the newest first. */
  function kept(account: CarrierAccount): Kept[] {
    const outbound = book
      .acceptedFrom(account.id)
      .map((message) => ({ kind: "outbound", at: message.at, message }) as const);
    const inbound = book
      .arrivedAt(account.id)
      .map((message) => ({ kind: "inbound", at: Date.parse(message.at), message }) as const);
    return [...outbound, ...inbound]
      .filter(({ message }) => book.setting(account.id, `deleted ${message.id}`) === undefined)
      .sort((a, b) => a.at - b.at)
      .reverse();
  }
  const find = (c: Context<TwilioEnv>) => kept(c.var.account).find(({ message }) => message.id === sidIn(c));
  const missing = (c: Context) => twilioError(20404, `The requested resource ${pathOf(c)} was not found`);

  const api = new Hono<TwilioEnv>();
  api.use(async (c, next) => {
    if (book.behaviour("twilio").down) return twilioError(20503);
    const [user, password] = basicIn(c.req.header("authorization") ?? "");
    const account = book.accountWith(({ carrier, id, secrets }) => {
      if (carrier !== "twilio") return false;
      const { authToken, apiKeySid, apiKeySecret } = secrets;
      return (user === id && password === authToken) || (user === apiKeySid && password === apiKeySecret);
    });
    const asked = /\/Accounts\/(AC[0-9a-f]{32})[./]/i.exec(c.req.path)?.[1];
    if (!account || (asked !== undefined && asked !== account.id)) return twilioError(20003);
    c.set("account", account);
    return next();
  });

  const root = accountPath(":account{AC[0-9a-fA-F]{32}}");
  api.get(`${accountPath("")}:account{[^/]+\\.json}`, async (c, next) =>
    c.req.path.endsWith(`/Accounts/${c.var.account.id}.json`) ? c.json(shownAccount(c.var.account)) : next(),
  );

  api.post(`${root}/Messages.json`, async (c) => {
    const { account } = c.var;
    const judgement = judge(new URLSearchParams(await c.req.text()), account, book);
    if (judgement.kind === "refused") return twilioError(judgement.code, judgement.message);
    const received = await receive(account, judgement.text);
    switch (received.kind) {
      case "limited":
        return twilioError(20429);
      case "broken":
        return Response.error();
      case "garbled":
        return twilioError(20500);
      case "taken": {
        const { message } = received;
        // The answer tells how the text stood when it was taken, however long the answer took.
        return c.json(shownMessage({ kind: "outbound", at: message.at, message }, account, message.at, false), 201);
      }
    }
  });

  api.get(`${root}/Messages.json`, async (c) => {
    const query = new URL(c.req.url).searchParams;
    if (!hasPageSize(query)) return twilioError(20001, "PageSize must be between 1 and 1000");
    const found = kept(c.var.account)
      .map((one) => shown(one, c.var.account))
      .filter((message) => isAskedFor(message, query));
    await memory.durable();
    const { data, facts } = pageOf(found, `${accountPath(c.var.account.id)}/Messages.json`, query);
    return c.json({ messages: data, ...facts });
  });

  api.get(`${root}/Messages/:sid{.+\\.json}`, async (c) => {
    const found = find(c);
    await memory.durable();
    return found ? c.json(shown(found, c.var.account)) : missing(c);
  });
  api.post(`${root}/Messages/:sid{.+\\.json}`, async (c) => {
    const found = find(c);
    if (!found) return missing(c);
    const form = new URLSearchParams(await c.req.text());
    if (form.get("Body") !== "") return twilioError(20001, "Only an empty Body is taken: it redacts the message");
    await set(c.var.account, `redacted ${found.message.id}`, true);
    return c.json(shown(found, c.var.account));
  });
  api.delete(`${root}/Messages/:sid{.+\\.json}`, async (c) => {
    const found = find(c);
    if (!found) return missing(c);
    const isUnderWay =
      found.kind === "outbound" && ["accepted", "sent"].includes(stateAt(found.message, clock.now()).status);
    if (isUnderWay) return twilioError(20009);
    await set(c.var.account, `deleted ${found.message.id}`, true);
    return c.body(null, 204);
  });

  api.get(`${root}/IncomingPhoneNumbers.json`, (c) => {
    const { account } = c.var;
    const query = new URL(c.req.url).searchParams;
    if (!hasPageSize(query)) return twilioError(20001, "PageSize must be between 1 and 1000");
    const wanted = query.get("PhoneNumber");
    const numbers = account.numbers
      .filter((number) => wanted === null || number.includes(wanted))
      .map((number) => shownNumber(number, account, settingsOf(account, number)));
    const { data, facts } = pageOf(numbers, `${accountPath(account.id)}/IncomingPhoneNumbers.json`, query);
    return c.json({ incoming_phone_numbers: data, ...facts });
  });
  api.on(["GET", "POST"], `${root}/IncomingPhoneNumbers/:sid{.+\\.json}`, async (c) => {
    const { account } = c.var;
    const number = account.numbers.find((one) => numberSid(account, one) === sidIn(c));
    if (number === undefined) return missing(c);
    if (c.req.method === "POST") {
      const form = new URLSearchParams(await c.req.text());
      const [smsUrl, statusCallback] = [form.get("SmsUrl"), form.get("StatusCallback")];
      await set(account, `number ${number}`, {
        ...settingsOf(account, number),
        ...(smsUrl === null ? {} : { smsUrl }),
        ...(statusCallback === null ? {} : { statusCallback }),
      });
    }
    return c.json(shownNumber(number, account, settingsOf(account, number)));
  });

  api.notFound(missing);
  return api;
}

const sidIn = (c: Context): string => (c.req.param("sid") ?? "").replace(/\.json$/, "");
const pathOf = (c: Context): string => c.req.path.replace(/^\/carriers\/twilio/, "");

/** User and password of HTTP Basic authentication (RFC 7617). */
function basicIn(header: string): [string, string] {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header)?.[1] ?? "";
  try {
    const [user = "", ...password] = atob(encoded).split(":");
    return [user, password.join(":")];
  } catch {
    return ["", ""]; // nobody's
  }
}

/** Whether a list's filters let a message pass. Days are UTC. */
function isAskedFor(
  { to, from, date_sent }: { to: string; from: string | null; date_sent: string | null },
  query: URLSearchParams,
): boolean {
  const sentAt = date_sent === null ? Number.NaN : Date.parse(date_sent);
  const holds = (name: string, compare: (begin: number, end: number) => boolean): boolean => {
    const wanted = query.get(name);
    if (!wanted) return true;
    const begin = Date.parse(wanted);
    return compare(begin, /^\d{4}-\d\d-\d\d$/.test(wanted) ? begin + 86_400_000 - 1 : begin);
  };
  return (
    (query.get("To") ?? to) === to &&
    (query.get("From") ?? from) === from &&
    holds("DateSent", (begin, end) => sentAt >= begin && sentAt <= end) &&
    holds("DateSent<", (_, end) => sentAt <= end) &&
    holds("DateSent>", (begin) => sentAt >= begin)
  );
}
