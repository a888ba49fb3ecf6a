import { type CarrierBehaviour, isFailing } from "./behaviour.ts";

export type ReceiptStatus = "sent" | "delivered" | "undelivered" | "failed";

/** What becomes of a text, and when. */
export interface Step {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly status: ReceiptStatus;
  readonly errorCode: string | null;
}

/** A text as a phone shows it. */
export interface HandsetMessage {
  readonly id: string;
  /** As the phone's owner sees it. */
  readonly direction: "sent" | "received";
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly media: readonly string[];
  /** ISO 8601. */
  readonly at: string;
}

/** A text that the carrier took. */
export interface CarrierMessage {
  readonly id: string;
  /** The carrier's account that handed it over. */
  readonly accountId: string;
  readonly reference: string | null;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly media: readonly string[];
  /** When the request arrived, in milliseconds since 1970. */
  readonly at: number;
  /** In order of time; decided when the text was taken. */
  readonly steps: readonly Step[];
  /** The address that was given for its receipts. */
  readonly callback?: string;
  /** What else the carrier was told with it, by the names of its API. */
  readonly extras?: Readonly<Record<string, string>>;
}

/** Where a text stands at a time. */
export function stateAt(message: CarrierMessage, now: number) {
  const step = message.steps.findLast(({ at }) => at <= now);
  return { status: step?.status ?? ("accepted" as const), errorCode: step?.errorCode ?? null };
}

/** What the carrier decided about a text when it took it. */
export interface ReceiptPlan {
  readonly steps: readonly Step[];
  /** Receipts that go out, each with the time of its webhook. */
  readonly receipts: readonly { readonly dueAt: number; readonly step: Step }[];
  /** Whether the handset gets the text. */
  readonly reaches: boolean;
}

const SENT_MS = 150;
const DELIVERED_MS = 1000;
const LATE_MS = 10_000;

/**
 * Decides what becomes of a text that arrived at `at`. A network needs a moment after the carrier's answer to send and
 * to deliver; `late` takes ten seconds more, `twice` repeats each receipt, `reordered` sends the second one first, `none` sends none, `failed` and
 * `undelivered` end so: the network gave up at once, or after it had tried to reach the handset.
 */
export function planReceipts({ latencyMs, receipts, errorCode }: CarrierBehaviour, at: number): ReceiptPlan {
  const begins = at + latencyMs + (receipts === "late" ? LATE_MS : 0);
  const sent: Step = { at: begins + SENT_MS, status: "sent", errorCode: null };
  const reaches = !isFailing(receipts);
  const end: Step = {
    at: begins + DELIVERED_MS,
    status: isFailing(receipts) ? receipts : "delivered",
    errorCode: reaches ? null : (errorCode ?? "unreachable"),
  };
  const steps = [sent, end];
  const inTime = steps.map((step) => ({ dueAt: step.at, step }));
  const plans = {
    normal: inTime,
    late: inTime,
    failed: inTime,
    undelivered: inTime,
    none: [],
    twice: inTime.flatMap((receipt) => [receipt, receipt]),
    reordered: [
      { dueAt: end.at, step: end },
      { dueAt: end.at + DELIVERED_MS, step: sent },
    ],
  } as const satisfies Record<CarrierBehaviour["receipts"], ReceiptPlan["receipts"]>;
  return { steps, receipts: plans[receipts], reaches };
}
