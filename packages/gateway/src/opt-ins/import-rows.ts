import {
  GIVEN_METHODS,
  type ImportOptIns,
  type Issue,
  isId,
  type LineId,
  MAX_IMPORTED,
  OPT_IN_METHODS,
  OPT_IN_STATES,
  type OptInMethod,
  type OptInState,
  PutOptIn,
} from "@trunkline/protocol";
import { CsvError, type CsvRow, readCsv } from "../http/csv.ts";
import { explainIssue } from "../http/explain-issue.ts";
import { invalid, Refusal } from "../http/refusal.ts";

/** An entry to import, as far as it can be read without the store. */
export interface ImportRow {
  /** Where it stands in a table, from 1; null when there is none. */
  readonly line: number | null;
  readonly number: string;
  readonly lineId: LineId | null;
  readonly state: OptInState;
  /** How it came about where it comes from. */
  readonly method: OptInMethod;
  readonly evidence: Omit<PutOptIn["evidence"], "method">;
}

/** Why an entry is refused. */
export interface RowRefusal {
  readonly code: string;
  readonly message: string;
}

/** Reads what is to be imported; what is wrong with one entry is a refusal in its place. @throws Refusal for a table that is none */
export function readImport({ entries, csv }: ImportOptIns): (ImportRow | RowRefusal)[] {
  if (entries !== undefined) {
    return entries.map(({ number, lineId = null, state, evidence: { method, ...evidence } }) => ({
      ...{ line: null, number, lineId, state, method, evidence },
    }));
  }
  const [header, ...rows] = parse(csv ?? "");
  if (!header) throw invalid(["csv"], "must begin with a line of column names");
  const columns = readHeader(header);
  if (rows.length === 0) throw invalid(["csv"], "holds no entries");
  if (rows.length > MAX_IMPORTED) throw invalid(["csv"], `must hold at most ${MAX_IMPORTED} entries`);
  return rows.map((row) => readRow(row, columns));
}

function parse(csv: string): CsvRow[] {
  try {
    return readCsv(csv);
  } catch (error) {
    if (error instanceof CsvError) throw invalid(["csv"], `line ${error.line}: ${error.message}`);
    throw error;
  }
}

const READ = ["number", "state", "method", "at", "wording", "language", "url", "note", "lineId"] as const;
type Column = (typeof READ)[number];
/** What exports hold beside them. */
const PASSED_OVER = ["needsreview", "carrierblocked", "updatedat", "certain", "by", "messageid", "id"];

function readHeader({ cells }: CsvRow): Map<Column, number> {
  const columns = new Map<Column, number>();
  const issues: Issue[] = [];
  const columnOf = (cell: string) => READ.find((one) => one.toLowerCase() === cell.trim().toLowerCase());
  if (!cells.some(columnOf)) {
    throw new Refusal("invalid_input", {
      detail: `The first line must name the columns, as in "number,state,method,at,wording". Columns that are read: ${READ.join(", ")}.`,
      issues: [{ path: ["csv"], message: "must begin with a line of column names, `number` and `state` among them" }],
    });
  }
  for (const [index, cell] of cells.entries()) {
    const name = cell.trim().toLowerCase();
    const column = columnOf(cell);
    if (column === undefined && !PASSED_OVER.includes(name)) {
      issues.push({ path: ["csv"], message: `has a column that is not known: ${cell.slice(0, 64)}` });
    } else if (column !== undefined && columns.has(column)) {
      issues.push({ path: ["csv"], message: `has the column ${column} twice` });
    } else if (column !== undefined) columns.set(column, index);
  }
  for (const needed of ["number", "state"] as const) {
    if (!columns.has(needed)) issues.push({ path: ["csv"], message: `lacks the column ${needed}` });
  }
  if (issues.length > 0) {
    throw new Refusal("invalid_input", { detail: `Columns that are read: ${READ.join(", ")}.`, issues });
  }
  return columns;
}

function readRow({ line, cells }: CsvRow, columns: ReadonlyMap<Column, number>): ImportRow | RowRefusal {
  const given = (column: Column): string | undefined => {
    const cell = cells[columns.get(column) ?? cells.length]?.trim();
    return cell === "" ? undefined : cell;
  };
  const refuse = (what: string): RowRefusal => ({ code: "invalid_input", message: inLine(line, what) });
  const [state, lineId, at] = [given("state")?.toLowerCase(), given("lineId"), given("at")];
  const method = given("method")?.toLowerCase() ?? "import";
  const number = given("number");
  if (number === undefined) return refuse("number is needed");
  if (!isOneOf(OPT_IN_STATES, state)) return refuse(`state must be one of ${OPT_IN_STATES.join(", ")}`);
  if (!isOneOf(OPT_IN_METHODS, method)) return refuse(`method must be one of ${OPT_IN_METHODS.join(", ")}`);
  if (lineId !== undefined && !isId("line", lineId)) return refuse("lineId must be the id of a line, line_…");
  const shown = { wording: given("wording"), language: given("language"), url: given("url"), note: given("note"), at };
  const evidence = Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined));
  const { data, error } = PutOptIn.safeParse(
    {
      number,
      state,
      // The schema knows only what a caller may say; the others are as good in a file.
      evidence: { ...evidence, method: isOneOf(GIVEN_METHODS, method) ? method : "api" },
    },
    { error: explainIssue },
  );
  if (!data) return refuse(error.issues.map(({ path, message }) => `${String(path.at(-1))} ${message}`).join("; "));
  const { method: _, ...read } = data.evidence;
  return { line, number: data.number, lineId: lineId ?? null, state, method, evidence: read };
}

/** What is said of an entry, with its line where it stands in a table: a spreadsheet's reader counts lines. */
export const inLine = (line: number | null, what: string): string => (line === null ? what : `Line ${line}: ${what}`);

function isOneOf<Word extends string>(words: readonly Word[], value: string | undefined): value is Word {
  return words.some((word) => word === value);
}
