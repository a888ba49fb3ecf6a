import type { TextRange } from "@trunkline/sdk";
import { html, type TemplateResult } from "lit";

/** Code units that stand before the first match of an excerpt. */
const LEAD = 30;

/** A piece of a text: within a match or beside it. */
export interface Piece {
  readonly text: string;
  readonly isMatch: boolean;
}

/** Cuts a text at its matches. Ranges are in UTF-16 code units, in order and without overlaps, as a search answers them. */
export function pieces(text: string, ranges: readonly TextRange[]): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const { start, end } of ranges) {
    found.push({ text: text.slice(at, start), isMatch: false }, { text: text.slice(start, end), isMatch: true });
    at = end;
  }
  found.push({ text: text.slice(at), isMatch: false });
  return found.filter((piece) => piece.text !== "");
}

/** The text from shortly before its first match, so that one line shows the match. */
export function excerpt(text: string, ranges: readonly TextRange[]): Piece[] {
  const first = ranges[0]?.start ?? 0;
  if (first <= LEAD) return pieces(text, ranges);
  const space = text.slice(first - LEAD, first).search(/\s/);
  const cut = wholeSign(text, first - LEAD + (space === -1 ? 0 : space + 1));
  const moved = ranges.map(({ start, end }) => ({ start: start - cut, end: end - cut }));
  return [{ text: "…", isMatch: false }, ...pieces(text.slice(cut), moved)];
}

/** Matches are marked; every piece is a text node, whatever stands in it. */
export function marked(parts: readonly Piece[]): (string | TemplateResult)[] {
  return parts.map(({ text, isMatch }) => (isMatch ? html`<mark>${text}</mark>` : text));
}

/** No surrogate pair is cut. */
function wholeSign(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}
