import type { OptInEntry, OptInMethod, OptInState } from "@trunkline/protocol";

/** What of an entry decides where a number stands. */
export type LedgerEntry = Pick<OptInEntry, "id" | "at" | "state" | "method" | "wording" | "evidence" | "certain">;

/** Where a number stands, by its history. */
export interface FoldedState {
  readonly state: OptInState;
  /** Of the entry that brought the state, or made it firm; null while nothing is known. */
  readonly method: OptInMethod | null;
  /** ISO 8601 time at which the state began; null while nothing is known. */
  readonly since: string | null;
  /** Plain words were taken for an opt-out, and nobody has looked yet. */
  readonly needsReview: boolean;
  /** The carrier refuses the number by itself, whatever the state. */
  readonly carrierBlocked: boolean;
}

/** How an opt-out holds: `firm` came from the person, `unsure` are words to be looked at, `staff` is the staff's own. */
type Hold = "firm" | "unsure" | "staff";

interface Running extends FoldedState {
  readonly hold: Hold | null;
  /** What held before words that may turn out to be none. */
  readonly before: Pick<FoldedState, "state" | "method" | "since"> | null;
}

const NOTHING: Running = {
  state: "unknown",
  method: null,
  since: null,
  needsReview: false,
  carrierBlocked: false,
  hold: null,
  before: null,
};

/**
 * Folds a number's history with one line, or with all lines, into where it stands. Entries count in the order of (at,
 * id), each once, so that the order in which they became known makes no difference.
 *
 * - An opt-out always counts. One that came from the person (a keyword, the carrier, a form, paper, a call, an import)
 *   is lifted by their own START or YES, or by later consent that is documented: its words or its page are on record.
 *   Nothing that staff or programs say without that lifts it.
 * - Plain words that were taken for an opt-out hold until staff say that they were none, which brings back what held
 *   before, or that they were meant, which makes them firm.
 * - A carrier's block stays until START reaches the carrier, whatever else is recorded.
 * - A changed number begins anew, except for the block, which the carrier keeps for the number.
 *
 * Source of the rules: 47 CFR 64.1200(a)(10) (any reasonable means of revocation); carriers lift a block on START only.
 */
export function foldHistory(history: readonly LedgerEntry[]): FoldedState {
  const entries = [...new Map(history.map((entry) => [entry.id, entry])).values()].sort(byTime);
  const { state, method, since, needsReview, carrierBlocked } = entries.reduce(apply, NOTHING);
  return { state, method, since, needsReview, carrierBlocked };
}

function apply(known: Running, entry: LedgerEntry): Running {
  const begun = { state: entry.state, method: entry.method, since: entry.at };
  if (entry.method === "number_changed") {
    return { ...NOTHING, ...begun, state: "unknown", carrierBlocked: known.carrierBlocked };
  }
  if (entry.state === "opted_out") return optOut(known, entry);
  if (!mayLift(known, entry)) return known;

  const carrierBlocked = known.carrierBlocked && !isStart(entry);
  if (known.hold === "unsure" && entry.method === "staff" && known.before) {
    return { ...NOTHING, ...known.before, carrierBlocked };
  }
  const same = known.state === entry.state ? { method: known.method, since: known.since } : {};
  return { ...NOTHING, ...begun, ...same, carrierBlocked };
}

function optOut(known: Running, entry: LedgerEntry): Running {
  const hold = holdOf(entry);
  const carrierBlocked = known.carrierBlocked || entry.method === "carrier";
  if (known.state !== "opted_out") {
    const { state, method, since } = known;
    return {
      state: "opted_out",
      method: entry.method,
      since: entry.at,
      needsReview: hold === "unsure",
      carrierBlocked,
      hold,
      before: { state, method, since },
    };
  }
  if (known.hold === "firm" || hold === "unsure") return { ...known, carrierBlocked };
  if (hold === "firm") return { ...known, method: entry.method, needsReview: false, carrierBlocked, hold };
  // Staff who opt out somebody with unsure words say that these were meant.
  return { ...known, needsReview: false, hold: known.hold === "unsure" ? "firm" : known.hold, carrierBlocked };
}

function holdOf({ method, certain }: LedgerEntry): Hold {
  if (method === "staff") return "staff";
  return method === "phrase" && !certain ? "unsure" : "firm";
}

/** Whether an entry that is no opt-out may change what is known. */
function mayLift({ hold }: Running, entry: LedgerEntry): boolean {
  if (hold === null || isOwnWord(entry) || isDocumented(entry)) return true;
  return entry.method === "staff" && hold !== "firm";
}

/** The person's START, told by them or by the carrier that took it. */
function isStart({ state, method }: LedgerEntry): boolean {
  return state === "opted_in" && (method === "keyword" || method === "carrier");
}

function isOwnWord(entry: LedgerEntry): boolean {
  return isStart(entry) || (entry.state === "opted_in" && entry.method === "double_opt_in");
}

const DOCUMENTED: ReadonlySet<OptInMethod> = new Set(["web_form", "paper", "verbal"]);

/** Consent of which the words or the page are on record. A later one than the opt-out, because entries come in order. */
function isDocumented({ state, method, wording, evidence }: LedgerEntry): boolean {
  if (state !== "opted_in" && state !== "pending") return false;
  const shown = [wording, evidence?.wording, evidence?.url];
  return DOCUMENTED.has(method) && shown.some((value) => typeof value === "string" && value.trim() !== "");
}

function byTime(a: LedgerEntry, b: LedgerEntry): number {
  return Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : 1);
}
