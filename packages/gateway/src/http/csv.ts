/*
 * Comma-separated values as spreadsheets read and write them. Source: RFC 4180, and for cells that a spreadsheet would
 * run as a formula OWASP, "CSV Injection".
 */

/** A table that is not one; `line` counts from 1. */
export class CsvError extends Error {
  override readonly name = "CsvError";
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

// Apostrophes in front count along, so that reading takes exactly one off of what writing has put one on.
const FORMULA = /^'*[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",;\r\n]|^\s|\s$/;

/**
 * One line, with its end. A cell that a spreadsheet would take for a formula, `+14255550123` among them, gets an
 * apostrophe in front, which spreadsheets hide and `readCsv` takes off.
 */
export function csvLine(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => (cell === null ? "" : quoted(FORMULA.test(cell) ? `'${cell}` : cell))).join(",")}\r\n`;
}

const quoted = (cell: string): string => (NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** More cells than any table of ours has; what has more is no table, and need not be read to its end. */
const MAX_CELLS = 100;

/** A line of a table, with its number in the file, from 1. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Reads a table; empty lines are left out. Cells are separated by commas, or by semicolons or tabs where the first line
 * has one of those and no comma, as spreadsheets in many countries write it.
 *
 * @throws CsvError when a quoted cell never ends, or goes on after its end, and when a line has more than 100 cells
 */
export function readCsv(text: string): CsvRow[] {
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const separator = separatorOf(source);
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let [line, begun, at] = [1, 1, 0];
  const endRow = () => {
    if (cells.some((cell) => cell !== "")) rows.push({ line: begun, cells });
    cells = [];
  };
  while (at < source.length) {
    if (cells.length === 0) begun = line;
    if (cells.length === MAX_CELLS) throw new CsvError(line, `there are more than ${MAX_CELLS} cells`);
    const isQuoted = source[at] === '"';
    const cell = isQuoted ? readQuoted(source, at, line) : readPlain(source, at, separator);
    if (isQuoted) line += lineBreaks(source.slice(at, cell.end));
    at = cell.end;
    cells.push(FORMULA.test(cell.text) && cell.text.startsWith("'") ? cell.text.slice(1) : cell.text);
    const next = source[at];
    if (next === separator) {
      at += 1;
      if (at === source.length) cells.push("");
      continue;
    }
    if (next !== undefined && next !== "\r" && next !== "\n") {
      throw new CsvError(line, "there is something between the end of a quoted cell and the next separator");
    }
    if (next !== undefined) {
      at += next === "\r" && source[at + 1] === "\n" ? 2 : 1;
      line += 1;
    }
    endRow();
  }
  endRow();
  return rows;
}

function separatorOf(source: string): "," | ";" | "\t" {
  const [header = ""] = source.split(/[\r\n]/, 1);
  if (header.includes(",")) return ",";
  if (header.includes(";")) return ";";
  return header.includes("\t") ? "\t" : ",";
}

interface Cell {
  readonly text: string;
  /** Where it ends in the source. */
  readonly end: number;
}

function readPlain(source: string, from: number, separator: string): Cell {
  let end = from;
  for (; end < source.length; end++) {
    const character = source[end];
    if (character === separator || character === "\r" || character === "\n") break;
  }
  return { text: source.slice(from, end).trim(), end };
}

function readQuoted(source: string, from: number, line: number): Cell {
  let text = "";
  for (let at = from + 1; ; ) {
    const quote = source.indexOf('"', at);
    if (quote === -1) throw new CsvError(line, "a quoted cell begins here and never ends");
    text += source.slice(at, quote);
    if (source[quote + 1] !== '"') return { text, end: quote + 1 };
    text += '"';
    at = quote + 2;
  }
}

const lineBreaks = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0;
