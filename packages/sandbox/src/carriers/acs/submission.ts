import { readNumber } from "@trunkline/protocol/phone-number";
import * as z from "zod/mini";
import { type CarrierBehaviour, isFailing } from "../../carrier/behaviour.ts";
import type { CarrierBook } from "../../carrier/book.ts";
import type { OutgoingText } from "../../carrier/engine.ts";
import type { CarrierAccount } from "../../carrier/entries.ts";
import type { CarrierMessage } from "../../carrier/message.ts";
import { acsInvalid } from "./errors.ts";

const recipients = <Recipient extends z.ZodMiniType>(one: Recipient) =>
  z.array(one).check(z.minLength(1), z.maxLength(100));
const Recipient = z.object({
  to: z.string(),
  repeatabilityRequestId: z.nullish(z.string()),
  repeatabilityFirstSent: z.nullish(z.string()),
});
type Recipient = z.infer<typeof Recipient>;

/** `SendMessageRequest` */
export const SendRequest = z.object({
  from: z.string().check(z.minLength(1)),
  smsRecipients: recipients(Recipient),
  message: z.string().check(z.maxLength(2048)),
  smsSendOptions: z.nullish(
    z.object({
      enableDeliveryReport: z.boolean(),
      tag: z.nullish(z.string()),
      deliveryReportTimeoutInSeconds: z.nullish(z.int().check(z.gte(60), z.lte(43_200))),
    }),
  ),
});
type SendRequest = z.infer<typeof SendRequest>;

/** `OptOutRequest` */
export const OptOutRequest = z.object({
  from: z.string().check(z.minLength(1)),
  recipients: recipients(z.object({ to: z.string().check(z.minLength(1)) })),
});

/** Reads a body; an answer that refuses it where it is not what the schema says. */
export function readRequest<Schema extends z.ZodMiniType>(body: string, schema: Schema): z.infer<Schema> | Response {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return acsInvalid({ $: ["The body is not valid JSON."] });
  }
  const { data, error } = schema.safeParse(json);
  if (!error) return data;
  return acsInvalid(
    Object.fromEntries(error.issues.map(({ path, message }) => [path.map(String).join("."), [message]])),
  );
}

/** Refusals of one recipient by the common name of the reason; what is not here is taken and fails on its way. */
const REFUSED: Readonly<Record<string, { httpStatusCode: number; errorMessage: string }>> = {
  invalid_number: { httpStatusCode: 400, errorMessage: "Invalid To phone number format." },
  content_rejected: { httpStatusCode: 400, errorMessage: "Invalid message content." },
  invalid_sender: { httpStatusCode: 404, errorMessage: "The From phone number does not belong to this resource." },
  carrier_busy: { httpStatusCode: 429, errorMessage: "Too many requests." },
  rate_limited: { httpStatusCode: 429, errorMessage: "Too many requests." },
  carrier_failed: { httpStatusCode: 500, errorMessage: "Internal error." },
  carrier_error: { httpStatusCode: 500, errorMessage: "Internal error." },
};

/** What becomes of one recipient's text. */
export type Judgement =
  | { readonly kind: "refused"; readonly httpStatusCode: number; readonly errorMessage: string }
  /** Not the text that this id stood for. */
  | { readonly kind: "another" }
  | { readonly kind: "repeated"; readonly message: CarrierMessage }
  /** @property behaviour - another one than the carrier's, for a text that fails on its way */
  | { readonly kind: "fine"; readonly text: OutgoingText; readonly behaviour?: CarrierBehaviour };

/** Judges one recipient's text; a repeated id is known before anything else. */
export function judge(
  { from, message, smsSendOptions: options }: SendRequest,
  { to, repeatabilityRequestId: id }: Recipient,
  account: CarrierAccount,
  book: CarrierBook,
): Judgement {
  const known = id ? book.messagesByReference(id).find(({ accountId }) => accountId === account.id) : undefined;
  if (known) {
    const isSame = known.from === from && known.to === to && known.text === message;
    return isSame ? { kind: "repeated", message: known } : { kind: "another" };
  }
  const refuse = (name: keyof typeof REFUSED): Judgement => ({
    kind: "refused",
    ...(REFUSED[name] ?? { httpStatusCode: 400, errorMessage: "The message was refused." }),
  });
  if (!account.numbers.includes(from)) return refuse("invalid_sender");
  const reading = readNumber(to);
  if (reading.kind !== "phone" || reading.number !== to) return refuse("invalid_number");
  const behaviour = book.behaviour("acs");
  const { errorCode, receipts } = behaviour;
  const isRefusing = errorCode !== null && !isFailing(receipts);
  if (isRefusing && errorCode in REFUSED) return refuse(errorCode);
  const text: OutgoingText = {
    from,
    to,
    text: message,
    reference: id ?? null,
    extras: {
      ...(options?.tag ? { tag: options.tag } : {}),
      ...(options?.enableDeliveryReport ? { enableDeliveryReport: "true" } : {}),
    },
  };
  const failure = book.isBlocked(account, from, to) ? "opted_out" : isRefusing ? errorCode : null;
  if (failure === null) return { kind: "fine", text };
  return { kind: "fine", text, behaviour: { ...behaviour, receipts: "failed", errorCode: failure } };
}
