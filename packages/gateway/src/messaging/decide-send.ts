import type { CanonicalNumber, ErrorCode, Held, LineCapabilities, Message, SendingSettings } from "@trunkline/protocol";
import { Refusal } from "../http/refusal.ts";
import { decideOptIn, type Standing } from "../opt-ins/standing.ts";
import type { MessagePurpose } from "../store/tables/message-tables.ts";
import { isConfirmed, readCountry } from "./country-rule.ts";
import { describeQuiet, isAnswerToKeyword, type QuietRule, quietFor } from "./quiet-rule.ts";

/** What a send is decided by. */
export interface SendState {
  readonly line: {
    readonly number: CanonicalNumber | null;
    readonly senderId: string | null;
    readonly capabilities: LineCapabilities;
  };
  readonly recipient: CanonicalNumber;
  readonly settings: Pick<SendingSettings, "optInRequired" | "countries">;
  readonly standing: Standing;
  /** When the recipient wrote to the line last, in milliseconds; null for never. */
  readonly lastInboundAt: number | null;
  /** The quiet hours that hold; null for none. */
  readonly quiet: QuietRule | null;
  /** The tenant's time zone. */
  readonly homeZone: string;
  /** Countries of the tenant's lines. */
  readonly home: ReadonlySet<string>;
  readonly purpose: MessagePurpose | null;
  readonly isBroadcast: boolean;
  /** When it is asked to leave, in milliseconds; null for at once. */
  readonly sendAt: number | null;
  readonly now: number;
}

/** Why a text may not leave, or why it waits: a code of our catalogue, and what to do. */
export interface Reason {
  readonly code: ErrorCode;
  readonly message: string;
}

/** What stands against a text, the weightiest reason first, and when it would leave. */
export interface Weighed {
  readonly reasons: readonly Reason[];
  readonly from: string;
  readonly to: CanonicalNumber;
  /** In milliseconds; not before now. */
  readonly dueAt: number;
  readonly held: (Held & { readonly message: string }) | null;
}

/**
 * Weighs a text: the one place that knows the rules of sending, so that a check before typing, a refusal and a broadcast
 * say the same.
 */
export function weighSend(state: SendState): Weighed {
  const { line, recipient, settings, standing, lastInboundAt, quiet, homeZone, home, purpose, isBroadcast } = state;
  const from = line.number ?? line.senderId;
  if (from === null) throw new TypeError("a line has a number or a sender id");
  const asked = Math.max(state.now, state.sendAt ?? 0);
  const reasons: Reason[] = [];
  if (!line.capabilities.sms) {
    reasons.push({ code: "invalid_input", message: "This line cannot send texts; its capability sms is off." });
  }
  if (recipient === from) reasons.push({ code: "invalid_number", message: "A line cannot text itself." });
  const wroteBefore = lastInboundAt !== null;
  const optIn = decideOptIn(standing, settings, { purpose, repliesTo: wroteBefore && !isBroadcast });
  if (optIn) reasons.push(optIn);
  if (settings.countries !== "all" && !wroteBefore) {
    const country = readCountry(recipient);
    if (!isConfirmed(country, settings, { home, wroteBefore })) {
      const name = country.kind === "country" ? country.code : "a network of no country";
      const message = `Nobody has confirmed yet that this business texts to ${name}. An admin adds it to the tenant's \`sending.countries\`.`;
      reasons.push({ code: "country_not_confirmed", message });
    }
  }
  const wait = quietFor(quiet, { recipient, lastInboundAt, purpose, isBroadcast, at: asked, homeZone });
  if (wait?.until === null) reasons.push({ code: "quiet_hours", message: describeQuiet(wait) });
  const until = wait?.until ?? null;
  return {
    reasons,
    from,
    to: recipient,
    dueAt: until ?? asked,
    held:
      wait === null || until === null
        ? null
        : { code: "quiet_hours", until: new Date(until).toISOString(), message: describeQuiet(wait) },
  };
}

export type SendDecision =
  | ({ readonly kind: "send" } & Pick<Weighed, "from" | "to" | "dueAt"> & { readonly held: Held | null })
  | ({ readonly kind: "refuse" } & Reason);

/** Decides whether a text may leave, between whom, and when. */
export function decideSend(state: SendState): SendDecision {
  const { reasons, from, to, dueAt, held } = weighSend(state);
  const [reason] = reasons;
  if (reason) return { kind: "refuse", ...reason };
  return { kind: "send", from, to, dueAt, held: held && { code: held.code, until: held.until } };
}

/** What is known when a text is about to be handed over. */
export type TakeState = Omit<SendState, "line" | "home" | "sendAt" | "settings"> & {
  readonly settings: Pick<SendingSettings, "optInRequired">;
};

/** What becomes of a text whose time has come. `until` is in milliseconds. */
export type TakeDecision =
  | { readonly kind: "begin" }
  | { readonly kind: "hold"; readonly code: ErrorCode; readonly until: number }
  | { readonly kind: "fail"; readonly code: ErrorCode };

/** Decides once more, because since its acceptance its recipient may have said STOP, and the day may have ended. */
export function decideTake({ recipient, settings, standing, quiet, ...text }: TakeState): TakeDecision {
  const { lastInboundAt, purpose, isBroadcast, homeZone, now } = text;
  const repliesTo = lastInboundAt !== null && !isBroadcast;
  const optIn = decideOptIn(standing, settings, { purpose, repliesTo });
  if (optIn) return { kind: "fail", code: optIn.code };
  const wait = quietFor(quiet, { recipient, lastInboundAt, purpose, isBroadcast, at: now, homeZone });
  if (wait === null) return { kind: "begin" };
  return wait.until === null
    ? { kind: "fail", code: "quiet_hours" }
    : { kind: "hold", code: "quiet_hours", until: wait.until };
}

/** Whether a text counts against the tenant's cap: the answers that a STOP or HELP must have never do. */
export const isCapped = (purpose: MessagePurpose | null): boolean => !isAnswerToKeyword(purpose);

/** A decision against sending, as an answer. */
export function toRefusal({ code, message }: Reason): Refusal {
  return new Refusal(code, { detail: message });
}

/** Whether a text may be sent again: only one that certainly did not arrive, or whose fate stayed unknown for a day. */
export function decideRetry({
  direction,
  kind,
  status,
}: Pick<Message, "direction" | "kind" | "status">): SendDecision["kind"] {
  const isOver = status === "failed" || status === "undelivered" || status === "canceled";
  return direction === "outbound" && kind === "text" && isOver ? "send" : "refuse";
}
