import type { OptInEntry, OptInImport, OptInMethod } from "@trunkline/protocol";
import type { NewEvent } from "../events/log.ts";
import { Refusal } from "../http/refusal.ts";
import type { Ids } from "../random.ts";
import type { Principal } from "../rights/principal.ts";
import type { Tx } from "../store/database.ts";
import { optInEvents } from "./audience.ts";
import { requireEvidence, timeOf } from "./decide-change.ts";
import { type ImportRow, inLine, type RowRefusal } from "./import-rows.ts";
import { Ledger, type NewEntry } from "./ledger.ts";
import { type OwnLines, readOwned, readOwnLines } from "./numbers.ts";
import type { Stop } from "./recent-stops.ts";

/** What became of an entry. */
export type RowResult =
  | { readonly kind: "recorded" }
  | { readonly kind: "kept" }
  | ({ readonly kind: "refused" } & RowRefusal);

/** Entries that one transaction records: it holds the locks of their numbers, and the event log back. */
export const CHUNK = 500;

interface Prepared {
  readonly index: number;
  readonly row: ImportRow;
  readonly entry: NewEntry;
}

/** Records some entries of an import, with a result for each in their order. */
export async function importRows(
  tx: Tx,
  { tenantId, actor, author: by }: Principal,
  rows: readonly (ImportRow | RowRefusal)[],
  record: (...events: NewEvent[]) => void,
  { ids, now }: { ids: Ids; now: number },
): Promise<{ readonly results: readonly RowResult[]; readonly stops: readonly Stop[] }> {
  const lines = await readOwnLines(tx, tenantId);
  const results: RowResult[] = rows.map((row) => ("code" in row ? { kind: "refused", ...row } : { kind: "kept" }));
  const prepared: Prepared[] = [];
  for (const [index, row] of rows.entries()) {
    if ("code" in row) continue;
    const entry = trying(row, () => toEntry(row, lines, by, now));
    if ("code" in entry) results[index] = { kind: "refused", ...entry };
    else prepared.push({ index, row, entry });
  }
  const numbers = prepared.map(({ entry }) => entry.number);
  const ledger = await Ledger.open(tx, tenantId, numbers, { ids, now });
  const stops: Stop[] = [];
  for (const { index, row, entry } of prepared) {
    const result = add(ledger, row, entry);
    results[index] = result;
    if (result.kind === "recorded" && entry.state === "opted_out") stops.push(entry);
  }
  record(...(await optInEvents(tx, tenantId, await ledger.write(tx), actor)));
  return { results, stops };
}

function add(ledger: Ledger, row: ImportRow, entry: NewEntry): RowResult {
  // Nothing to take back: an import only adds.
  if (entry.state === "unknown" && entry.method !== "number_changed") return { kind: "kept" };
  if (isKnown(ledger, row, entry)) return { kind: "kept" };
  // A list without dates does not show that somebody agreed, or a number changed hands, after the opt-out.
  const isOut = ledger.standing(entry.number, entry.lineId).state === "opted_out";
  if (isOut && entry.at === null && entry.state !== "opted_out") return { kind: "kept" };
  const missing = trying(row, () => {
    if (needsEvidence(row)) requireEvidence({ state: row.state, evidence: { ...row.evidence, method: givenOf(row) } });
    return {};
  });
  if ("code" in missing) return { kind: "refused", ...missing };
  const { after } = ledger.add(entry);
  // What does not come into force stands in the history all the same.
  return after.state === entry.state ? { kind: "recorded" } : { kind: "kept" };
}

/** Whether the ledger has it, under the name of its first method too: an export that comes back says nothing new. */
function isKnown(ledger: Ledger, { method, evidence }: ImportRow, entry: NewEntry): boolean {
  if (ledger.knows(entry)) return true;
  const { state, method: current } = ledger.standing(entry.number, entry.lineId);
  if (evidence.at === undefined) return state === entry.state && (current === method || current === entry.method);
  return ledger
    .history(entry.number, entry.lineId)
    .some((one) => one.state === entry.state && Date.parse(one.at) === entry.at && one.method === method);
}

/** An opt-out is never refused for want of a reason, and a keyword shows itself. */
function needsEvidence({ state, method }: ImportRow): boolean {
  return (state === "opted_in" || state === "pending") && method !== "keyword" && method !== "double_opt_in";
}

function givenOf({ method }: ImportRow) {
  return method === "web_form" || method === "paper" || method === "verbal" || method === "staff" ? method : "api";
}

/** Methods that mean the same whoever records them. What other systems took for a keyword we have not seen. */
const KEPT: ReadonlySet<OptInMethod> = new Set(["web_form", "paper", "verbal", "staff", "api", "number_changed"]);

function toEntry(
  { number, lineId, state, method, evidence: { at, ...shown } }: ImportRow,
  lines: OwnLines,
  by: OptInEntry["by"],
  now: number,
): NewEntry {
  if (lineId !== null && !lines.numbers.has(lineId)) throw new Refusal("not_found", { detail: "No such line." });
  return {
    number: readOwned(number, lines, lineId, ["number"]),
    lineId,
    state,
    method: KEPT.has(method) ? method : "import",
    at: timeOf(at === undefined ? {} : { at }, now),
    by,
    wording: shown.wording ?? null,
    language: shown.language ?? null,
    evidence: { ...shown, method, imported: true },
  };
}

function trying<Result extends object>({ line }: ImportRow, work: () => Result): Result | RowRefusal {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const [issue] = error.issues ?? [];
    // A number is refused in a sentence of its own; other words go on after the name of their field.
    const own =
      issue && error.code !== "invalid_number" ? `${String(issue.path.at(-1))} ${issue.message}` : issue?.message;
    const what = own ?? error.message;
    return { code: error.code, message: inLine(line, what) };
  }
}

/** Answers as the import's report. */
export function reportOf(results: readonly RowResult[]): OptInImport {
  const refused = results.flatMap((one, index) =>
    one.kind === "refused" ? [{ index, code: one.code, message: one.message }] : [],
  );
  const kept = results.flatMap((one, index) => (one.kind === "kept" ? [index] : []));
  const recorded = results.length - refused.length - kept.length;
  return { counts: { recorded, kept: kept.length, refused: refused.length }, refused, kept };
}
