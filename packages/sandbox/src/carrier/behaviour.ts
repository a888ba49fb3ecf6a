import * as z from "zod/mini";
import type { SimulatedCarrier } from "./names.ts";

const share = z.number().check(z.gte(0), z.lte(1));

/** How receipts come: see `planReceipts`. */
export const RECEIPTS = ["normal", "none", "late", "twice", "reordered", "failed", "undelivered"] as const;

/** How a simulated carrier behaves from now on. Whatever is left out goes back to its default. */
export const CarrierBehaviourInput = z.strictObject({
  /** Time between a request's arrival and its answer, in milliseconds. The text is listed from its arrival on. @default 0 */
  latencyMs: z.optional(z.int().check(z.gte(0), z.lte(600_000))),
  /** @default "normal" */
  receipts: z.optional(z.enum(RECEIPTS)),
  /** With `receipts: "failed"` or `"undelivered"` the code in the receipt (`unreachable` when absent); otherwise every text is refused with it. */
  errorCode: z.optional(z.nullable(z.string().check(z.minLength(1), z.maxLength(64)))),
  /** Texts that an account may hand over in one second; more are answered 429. @default no limit */
  perSecond: z.optional(z.nullable(z.number().check(z.gt(0), z.lte(100_000)))),
  /** Share of texts that are taken, but whose answer is lost: a broken connection or a 5xx. @default 0 */
  dropAnswers: z.optional(share),
  /** Share of webhooks that are never sent. @default 0 */
  dropWebhooks: z.optional(share),
  /** Answers 503 to everything, takes nothing, and sends no webhooks until it is up again. @default false */
  down: z.optional(z.boolean()),
  /**
   * Keeps opt-outs itself: a phone that sends STOP to a number gets nothing from it until it sends START, and texts to it
   * are refused with `opted_out`. @default false at the plain carrier, true where the vendor does so
   */
  blocksOptOuts: z.optional(z.boolean()),
});
export type CarrierBehaviourInput = z.infer<typeof CarrierBehaviourInput>;

/** A carrier's behaviour with every default in its place. */
export interface CarrierBehaviour {
  readonly latencyMs: number;
  readonly receipts: (typeof RECEIPTS)[number];
  readonly errorCode: string | null;
  readonly perSecond: number | null;
  readonly dropAnswers: number;
  readonly dropWebhooks: number;
  readonly down: boolean;
  readonly blocksOptOuts: boolean;
}

/** Whether texts are taken and then do not arrive, as their receipts say. */
export const isFailing = (receipts: CarrierBehaviour["receipts"]): receipts is "failed" | "undelivered" =>
  receipts === "failed" || receipts === "undelivered";

/** A carrier that works. */
export const DEFAULT_BEHAVIOUR: CarrierBehaviour = {
  latencyMs: 0,
  receipts: "normal",
  errorCode: null,
  perSecond: null,
  dropAnswers: 0,
  dropWebhooks: 0,
  down: false,
  blocksOptOuts: false,
};

/** How each carrier behaves by itself. */
const BY_THEMSELVES: Readonly<Record<SimulatedCarrier, CarrierBehaviour>> = {
  sandbox: DEFAULT_BEHAVIOUR,
  twilio: { ...DEFAULT_BEHAVIOUR, blocksOptOuts: true },
  telnyx: { ...DEFAULT_BEHAVIOUR, blocksOptOuts: true },
  acs: { ...DEFAULT_BEHAVIOUR, blocksOptOuts: true },
};

/** How a carrier behaves that was told nothing. */
export const defaultBehaviour = (carrier: SimulatedCarrier): CarrierBehaviour => BY_THEMSELVES[carrier];

/** Completes an input with the carrier's defaults. */
export function behaviourOf(carrier: SimulatedCarrier, input: CarrierBehaviourInput): CarrierBehaviour {
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  return { ...defaultBehaviour(carrier), ...Object.fromEntries(given) };
}
