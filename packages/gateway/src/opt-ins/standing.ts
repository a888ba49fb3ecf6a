import type { LineId, OptInState, SendingSettings, TenantId } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import type { Tx } from "../store/database.ts";
import { recordset } from "../store/json.ts";
import type { MessagePurpose } from "../store/tables/message-tables.ts";
import type { Tables } from "../store/tables.ts";

/** What holds between a line and a number: what is known for all lines and for this one, the stricter of the two. */
export interface Standing {
  readonly state: OptInState;
  /** The carrier refuses the number by itself; only its owner's START lifts that. */
  readonly carrierBlocked: boolean;
  /** Plain words were taken for an opt-out, and nobody has looked yet. */
  readonly needsReview: boolean;
  /** Whether `state` holds for all lines or for this one; null while nothing is known. */
  readonly scope: "tenant" | "line" | null;
}

/** Nobody has said anything about the number. */
const UNKNOWN: Standing = { state: "unknown", carrierBlocked: false, needsReview: false, scope: null };

/** Between which line and which number. */
export interface Pair {
  readonly lineId: LineId;
  readonly number: string;
}

/** The name of a pair in maps. */
export const pairKey = (lineId: LineId, number: string): string => `${lineId} ${number}`;

/** A row of `opt_ins`, as far as sending depends on it. */
type StandingRow = Pick<Tables["opt_ins"], "line_id" | "state"> & { needs_review: boolean; carrier_blocked: boolean };

/** Where pairs stand; one of which nothing is known is `unknown`. Take the numbers' locks in a statement before this one. */
export async function readStandings(
  tx: Tx,
  tenantId: TenantId,
  pairs: readonly Pair[],
): Promise<ReadonlyMap<string, Standing>> {
  const standings = new Map<string, Standing>();
  if (pairs.length === 0) return standings;
  const wanted = pairs.map(({ lineId, number }) => ({ line: lineId, number }));
  const { rows } = await sql<{ line: LineId; number: string; known: StandingRow[] | null }>`
    select p.line, p.number, ${standingColumn(tenantId, sql`p.line`, sql`p.number`)} as known
    from ${recordset(wanted)} as p (line text, number text)`.execute(tx);
  for (const { line, number, known } of rows) standings.set(pairKey(line, number), toStanding(known));
  return standings;
}

/**
 * What is known of a pair, as a column of a larger statement, so that a batch reads it on the way.
 * `toStanding` makes a standing of it.
 */
export function standingColumn(
  tenantId: TenantId,
  lineId: RawBuilder<unknown>,
  number: RawBuilder<unknown>,
): RawBuilder<StandingRow[] | null> {
  return sql<StandingRow[] | null>`(select jsonb_agg(jsonb_build_object('line_id', o.line_id, 'state', o.state,
      'needs_review', o.needs_review, 'carrier_blocked', o.carrier_blocked))
    from opt_ins o where o.tenant_id = ${tenantId} and o.number = ${number} and o.line_id in ('', ${lineId}))`;
}

// From the least strict to the strictest.
const STRICTNESS: readonly OptInState[] = ["unknown", "opted_in", "pending", "opted_out"];

/** The stricter of what is known for all lines and for one. */
export function toStanding(known: readonly StandingRow[] | null): Standing {
  let standing = UNKNOWN;
  for (const row of known ?? []) {
    const isStricter = STRICTNESS.indexOf(row.state) > STRICTNESS.indexOf(standing.state);
    standing = {
      state: isStricter ? row.state : standing.state,
      scope: isStricter ? (row.line_id === "" ? "tenant" : "line") : standing.scope,
      carrierBlocked: standing.carrierBlocked || row.carrier_blocked,
      needsReview: standing.needsReview || row.needs_review,
    };
  }
  return standing;
}

export interface OptInRefusal {
  readonly code: "opted_out" | "no_opt_in";
  /** What to do, for people. */
  readonly message: string;
}

/** About a text that is to be decided. */
export interface TextAtHand {
  /** What the gateway says by itself; null for people's and programs' texts. */
  readonly purpose: MessagePurpose | null;
  /**
   * Answers somebody who wrote to the line before: that implies their agreement to the exchange, not to broadcasts.
   * Source: CTIA Messaging Principles and Best Practices, conversational messaging.
   */
  readonly repliesTo?: boolean;
}

/** The two answers that the law lets pass to somebody who wants no more texts. */
export const passesOptOut = (purpose: MessagePurpose | null): boolean =>
  purpose === "opt_out_answer" || purpose === "help_answer";

/** Decides whether a text may go to a number by what its owner said. */
export function decideOptIn(
  { state, carrierBlocked, needsReview }: Standing,
  { optInRequired }: Pick<SendingSettings, "optInRequired">,
  { purpose, repliesTo = false }: TextAtHand,
): OptInRefusal | null {
  if (passesOptOut(purpose)) return null;
  if (carrierBlocked) {
    return {
      code: "opted_out",
      message: "The carrier blocks texts to this number, because its owner said STOP. Only their own START lifts it.",
    };
  }
  if (state === "opted_out") {
    return {
      code: "opted_out",
      message: needsReview
        ? "The number's owner seems to have asked for no more texts. Look at their words, and undo it if they meant something else."
        : "The number's owner has opted out. Only their own START, or new agreement of theirs that you can show, lifts it.",
    };
  }
  if (!optInRequired || purpose !== null || repliesTo || state === "opted_in") return null;
  return {
    code: "no_opt_in",
    message:
      state === "pending"
        ? "The number's owner was asked whether they agree, and has not answered yet."
        : "This business texts only those who agreed. Record the agreement of the number's owner first.",
  };
}
