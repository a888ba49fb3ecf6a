import type { LineId, OptIn, OptInEntry } from "@trunkline/protocol";
import type { Selectable } from "kysely";
import type { Tables } from "../store/tables.ts";

export type EntryRow = Omit<Selectable<Tables["opt_in_entries"]>, "tenant_id" | "created_at">;
export type OptInRow = Omit<Selectable<Tables["opt_ins"]>, "tenant_id">;

/** How the store writes a line; all lines are the empty text. */
export const lineColumn = (lineId: LineId | null): LineId | "" => lineId ?? "";
const lineOf = (column: LineId | ""): LineId | null => (column === "" ? null : column);

export function toEntry(row: EntryRow): OptInEntry {
  const { id, number, state, method, by, wording, language, evidence, certain } = row;
  return {
    id,
    number,
    lineId: lineOf(row.line_id),
    state,
    method,
    at: row.at.toISOString(),
    by,
    wording,
    language,
    messageId: row.message_id,
    evidence: evidence === null ? null : { ...evidence },
    certain,
  };
}

export function toOptIn(row: OptInRow): OptIn {
  return {
    number: row.number,
    lineId: lineOf(row.line_id),
    state: row.state,
    method: row.method,
    needsReview: row.needs_review,
    carrierBlocked: row.carrier_blocked,
    since: row.since?.toISOString() ?? null,
    updatedAt: row.updated_at.toISOString(),
  };
}
