import { foldText, isAscii } from "./folded-text.ts";

/** A piece of a text that can be found. */
export interface Word {
  /**
   * `spaced` is a word between blanks or punctuation; `dense` a run of a script that writes none between words, such as
   * Chinese, Japanese and Thai (and Korean, whose words take endings); `sign` an emoji.
   */
  readonly kind: "spaced" | "dense" | "sign";
  readonly text: string;
  /** Where it begins in the folded text. */
  readonly at: number;
}

/** Digits of one number, however it is written. */
export interface Digits {
  readonly text: string;
  /** Place of each digit in the folded text. */
  readonly at: readonly number[];
  /** The number as it is written. */
  readonly written: string;
}

/** What can be found in a text. */
export interface Words {
  readonly words: readonly Word[];
  readonly digits: readonly Digits[];
  /** The range of the original that a range of the folded text comes from. */
  readonly rangeOf: (start: number, end: number) => { start: number; end: number };
}

const DENSE = ["Han", "Hiragana", "Katakana", "Bopomofo", "Hangul", "Thai", "Lao", "Khmer", "Myanmar"]
  .map((script) => `\\p{scx=${script}}`)
  .join("");
const LETTER = "[\\p{L}\\p{M}\\p{N}]";
const WORD = new RegExp(
  `((?:(?=${LETTER})[${DENSE}])+)|((?:(?![${DENSE}])${LETTER})+)|(\\p{Extended_Pictographic})`,
  "gu",
);
// Most texts are plain, and the classes of Unicode are slow.
const PLAIN_WORD = /()([a-z0-9]+)/g;
// Between the digits of a number stand at most three characters of punctuation: +1 (425) 555-0123.
const NUMBER = /\+?\d(?:[\s().\-/·]{0,3}\d)*/g;

export function wordsOf(original: string): Words {
  const { text, startOf, endOf } = foldText(original);
  const words: Word[] = [];
  for (const { 0: found, 1: dense, 2: spaced, index } of text.matchAll(isAscii(text) ? PLAIN_WORD : WORD)) {
    words.push({ kind: dense ? "dense" : spaced ? "spaced" : "sign", text: found, at: index });
  }
  let digits: Digits[] | undefined;
  return {
    words,
    get digits() {
      digits ??= digitsOf(text); // most who look for words never ask
      return digits;
    },
    rangeOf: (start, end) => ({ start: startOf(start), end: endOf(end) }),
  };
}

function digitsOf(text: string): Digits[] {
  return [...text.matchAll(NUMBER)].map(({ 0: written, index }) => {
    const at: number[] = [];
    for (let place = 0; place < written.length; place++) {
      if (isDigit(written.charCodeAt(place))) at.push(index + place);
    }
    return { text: written.replaceAll(/\D/g, ""), at, written };
  });
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
