/** Longest text that is looked at for words, in UTF-16 code units; what is longer is cut. */
const MAX_LENGTH = 2000;

// Letters that no decomposition takes apart, and what people write for them.
const LETTERS: Readonly<Record<string, string>> = { ß: "ss", ı: "i", ø: "o", æ: "ae", œ: "oe", ł: "l", đ: "d" };

/**
 * A text reduced to its words: compatibility forms, case, accents, emoji, quotes and punctuation are gone, apostrophes
 * join (`don't` is `dont`, `m'écrire` is `mecrire`), and one space stands between words. `S.T.O.P` and `S T O P` are
 * `stop`.
 */
export function foldText(text: string): string {
  const folded = text
    .trimStart()
    .slice(0, MAX_LENGTH)
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(/[\p{M}\p{Cf}'’‘`´ʼ]/gu, "")
    .replaceAll(/[ßıøæœłđ]/g, (letter) => LETTERS[letter] ?? letter)
    .replaceAll(/[^\p{L}\p{N}#]+/gu, " ")
    .trim();
  return /^\S( \S)+$/.test(folded) ? folded.replaceAll(" ", "") : folded;
}
