import { readNumber } from "@trunkline/protocol/phone-number";
import { Hono, type MiddlewareHandler } from "hono";
import type { CarrierAccount } from "../../carrier/entries.ts";
import { type CarrierApiParts, reception } from "../../carrier/reception.ts";
import { secretOf } from "../../carrier/secret-of.ts";
import { acsError } from "./errors.ts";
import { reportOf } from "./reports.ts";
import { isSigned, type SignedRequest } from "./request-signature.ts";
import { judge, OptOutRequest, readRequest, SendRequest } from "./submission.ts";

type AcsEnv = { Variables: { account: CarrierAccount; body: string } };

/** One element of the answer to a send. */
interface Item {
  to: string;
  messageId?: string;
  httpStatusCode: number;
  repeatabilityResult?: "accepted" | "rejected";
  successful: boolean;
  errorMessage?: string;
}

/** What `https://{resource}.communication.azure.com` answers; the key that signed a request tells whose resource is meant. */
export function acsApi(parts: CarrierApiParts): Hono<AcsEnv> {
  const { clock, memory } = parts;
  const book = memory.state.carriers;
  const receive = reception(parts);

  const api = new Hono<AcsEnv>();
  const guard: MiddlewareHandler<AcsEnv> = async (c, next) => {
    const { errorCode, down } = book.behaviour("acs");
    if (down) return acsError(503, "ServiceUnavailable", "The service is unavailable.");
    const body = await c.req.text();
    const { method, url, headers } = c.req.raw;
    const account = await signer({ method, url: new URL(url), headers, body });
    const isDenied = errorCode === "auth" || errorCode === "carrier_credentials";
    if (!account || isDenied) return acsError(401, "Denied", "Denied by the resource provider.");
    if (!/^\d{4}-\d\d-\d\d(-preview)?$/.test(c.req.query("api-version") ?? "")) {
      return acsError(400, "MissingApiVersionParameter", "The api-version query parameter is required.");
    }
    c.set("account", account);
    c.set("body", body);
    return next();
  };
  api.use("/sms/*", guard);
  api.use("/deliveryReports/*", guard);

  async function signer(request: SignedRequest): Promise<CarrierAccount | null> {
    for (const account of book.accountsAt("acs")) {
      if (await isSigned(request, secretOf(account, "accessKey"))) return account;
    }
    return null;
  }

  api.post("/sms", async (c) => {
    const { account, body } = c.var;
    const request = readRequest(body, SendRequest);
    if (request instanceof Response) return request;
    const taking = request.smsRecipients.map(async (recipient): Promise<Item | "broken" | "garbled"> => {
      const { to, repeatabilityRequestId: id } = recipient;
      const result = (repeatabilityResult: "accepted" | "rejected") => (id ? { repeatabilityResult } : {});
      const judgement = judge(request, recipient, account, book);
      switch (judgement.kind) {
        case "refused": {
          const { httpStatusCode, errorMessage } = judgement;
          return { to, httpStatusCode, errorMessage, successful: false, ...result("rejected") };
        }
        case "another": {
          const errorMessage = "The repeatabilityRequestId stands for another message.";
          return { to, httpStatusCode: 400, errorMessage, successful: false, ...result("rejected") };
        }
        case "repeated":
          await memory.durable();
          return {
            to,
            messageId: judgement.message.id,
            httpStatusCode: 202,
            successful: true,
            ...result("accepted"),
          };
        case "fine":
          break;
      }
      const received = await receive(account, judgement.text, judgement.behaviour);
      if (received.kind === "limited") {
        return {
          to,
          httpStatusCode: 429,
          errorMessage: "Too many requests.",
          successful: false,
          ...result("rejected"),
        };
      }
      if (received.kind !== "taken") return received.kind;
      return {
        to,
        messageId: received.message.id,
        httpStatusCode: 202,
        successful: true,
        ...result("accepted"),
      };
    });
    const items = await Promise.all(taking);
    if (items.includes("broken")) return Response.error();
    const value = items.filter((item) => typeof item === "object");
    if (value.length < items.length) return acsError(500, "InternalServerError", "Something went wrong.");
    if (value.every(({ httpStatusCode }) => httpStatusCode === 429)) {
      return acsError(429, "TooManyRequests", "The number of requests exceeded the limit.");
    }
    return c.json({ value }, 202);
  });

  api.post("/sms/:action{optouts:(add|remove|check)}", async (c) => {
    const { account, body } = c.var;
    const request = readRequest(body, OptOutRequest);
    if (request instanceof Response) return request;
    const { from } = request;
    const action = c.req.param("action").slice("optouts:".length);
    if (!account.numbers.includes(from)) {
      const errorMessage = "The From phone number does not belong to this resource.";
      return c.json({ value: request.recipients.map(({ to }) => ({ to, httpStatusCode: 404, errorMessage })) });
    }
    const fine = request.recipients.filter(({ to }) => isNumber(to));
    if (action !== "check") {
      const facts = { type: "block", line: from, isBlocked: action === "add", at: clock.now() } as const;
      await memory.record(...fine.map(({ to }) => ({ ...facts, handset: to })));
    }
    const value = request.recipients.map(({ to }) => {
      if (!isNumber(to)) return { to, httpStatusCode: 400, errorMessage: "Invalid To phone number format." };
      return { to, httpStatusCode: 200, ...(action === "check" ? { isOptedOut: book.blockedBy(from).has(to) } : {}) };
    });
    await memory.durable();
    return c.json({ value });
  });

  api.get("/deliveryReports/:id", async (c) => {
    const message = book.messageById(c.req.param("id"));
    await memory.durable();
    const report = message?.accountId === c.var.account.id ? reportOf(message, clock.now()) : null;
    if (report) return c.json(report);
    return c.json({ type: "https://tools.ietf.org/html/rfc7231#section-6.5.4", title: "Not Found", status: 404 }, 404);
  });

  return api;
}

function isNumber(to: string): boolean {
  const reading = readNumber(to);
  return reading.kind === "phone" && reading.number === to;
}
