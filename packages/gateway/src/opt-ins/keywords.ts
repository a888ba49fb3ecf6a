import { foldText } from "./fold-text.ts";
import { KEYWORD_FAMILIES, type KeywordFamily } from "./keyword-families.ts";
import { PLAIN_RULES } from "./plain-words.ts";

/**
 * What a text says about being texted.
 *
 * `opt_out`, `opt_in` and `help` are keywords that act by themselves. `affirm` is a yes: it agrees only where somebody
 * was asked. `likely_opt_out` is plain words, or a keyword of another country: block at once, and let a person look.
 */
export type KeywordKind = "opt_out" | "opt_in" | "help" | "affirm" | "likely_opt_out" | "none";

/** A text read for keywords. */
export interface KeywordReading {
  readonly kind: KeywordKind;
  /** The keyword, or the words that gave the hint, folded (no case, accents, punctuation); null for `none`. */
  readonly keyword: string | null;
  /** BCP 47 tag of the words; null for `none`. */
  readonly language: string | null;
  /** `certain` for a keyword that is the whole text, `likely` for anything less. */
  readonly certainty: "certain" | "likely";
}

export interface KeywordContext {
  /** ISO 3166-1 code of the person's number; null or absent: every country's keywords act. */
  readonly country?: string | null | undefined;
  /** BCP 47 tag, when the person's language is known; its keywords act in any country. */
  readonly language?: string | null | undefined;
}

const NONE: KeywordReading = { kind: "none", keyword: null, language: null, certainty: "certain" };

// A dash between blanks ends a clause: "STOP - John Smith".
const CLAUSE_END = /[.,;:!?()\n]+|\s[-–—|/]+\s/;
/** Clauses are looked at within this many UTF-16 code units: people say it soon. */
const MAX_CLAUSES_LENGTH = 700;

/**
 * Reads a whole text (its parts joined) for keywords. A keyword acts when it is all that the text says, whatever its
 * case, accents, quotes and punctuation, also when it is repeated. Words inside a sentence are no keywords.
 * Source of the words: `keyword-families.ts`.
 */
export function readKeyword(text: string, context: KeywordContext = {}): KeywordReading {
  const words = foldText(text);
  if (words === "") return NONE;
  const whole = once(words);
  for (const family of KEYWORD_FAMILIES) {
    const kind = kindOf(family, whole);
    if (kind && isSpoken(family, context)) {
      return { kind, keyword: whole, language: family.language, certainty: "certain" };
    }
  }
  const foreign = KEYWORD_FAMILIES.find((family) => family.optOut.includes(whole));
  if (foreign) return { kind: "likely_opt_out", keyword: whole, language: foreign.language, certainty: "likely" };
  // A clause may say it where the whole does not: "Stop. I mean it."
  for (const clause of new Set([
    words,
    ...text.trimStart().slice(0, MAX_CLAUSES_LENGTH).split(CLAUSE_END).map(foldText),
  ])) {
    for (const { pattern, language } of PLAIN_RULES) {
      const match = pattern.exec(clause);
      if (match) return { kind: "likely_opt_out", keyword: match[0].trim(), language, certainty: "likely" };
    }
  }
  return NONE;
}

function kindOf(family: KeywordFamily, words: string): KeywordKind | null {
  if (family.optOut.includes(words)) return "opt_out";
  if (family.optIn.includes(words)) return "opt_in";
  if (family.help.includes(words)) return "help";
  return family.affirm.includes(words) ? "affirm" : null;
}

function isSpoken({ countries, language }: KeywordFamily, context: KeywordContext): boolean {
  if (countries === "all" || !context.country) return true;
  return countries.includes(context.country) || context.language?.split("-")[0]?.toLowerCase() === language;
}

/** `stop stop stop` is `stop`. */
function once(words: string): string {
  const all = words.split(" ");
  return all.every((word) => word === all[0]) ? (all[0] ?? "") : words;
}
