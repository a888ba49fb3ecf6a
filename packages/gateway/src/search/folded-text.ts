/*
 * Search compares texts in a form of their own: compatibility forms, case and the accents of Latin, Greek and Cyrillic
 * are gone, and all digits are 0 to 9. Marks that are vowels (Thai, Devanagari) or make another letter (か, が) stay.
 */

/** A text as search compares it. */
export interface FoldedText {
  readonly text: string;
  /** Where in the original the character at this place of the folded text comes from; one more for its end. */
  readonly startOf: (index: number) => number;
  /** Where in the original the character before this place of the folded text ends. */
  readonly endOf: (index: number) => number;
}

// A letter with its marks is folded as one: half-width ｶﾞ is カ and ﾞ, and together they are ガ. So are the parts of a
// Korean syllable.
const CLUSTER = /[\u1100-\u11ff]+|[^\p{M}\uff9e\uff9f][\p{M}\uff9e\uff9f]*|\p{M}|[\uff9e\uff9f]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: that a text is ASCII is what is asked
const ASCII = /^[\x00-\x7f]*$/;
const ACCENTS = /[\u0300-\u036f]/g;
const OTHER_DIGIT = /[^\P{Nd}0-9]/gu;

// The zeros of the scripts in which people write numbers; nine more digits follow each. Source: Unicode, DerivedNumericType.txt.
const ZEROS = [
  0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0e50, 0x0ed0, 0x0f20,
  0x1040, 0x17e0, 0x1810,
] as const;

export function foldText(original: string): FoldedText {
  if (isAscii(original)) {
    return { text: original.toLowerCase(), startOf: (index) => index, endOf: (index) => index };
  }
  let text = "";
  const starts: number[] = [];
  const ends: number[] = [0];
  for (const { 0: cluster, index } of original.matchAll(CLUSTER)) {
    const folded = foldCluster(cluster);
    for (let place = 0; place < folded.length; place++) {
      starts.push(index);
      ends.push(index + cluster.length);
    }
    text += folded;
  }
  starts.push(original.length);
  return { text, startOf: (at) => starts[at] ?? original.length, endOf: (at) => ends[at] ?? original.length };
}

function foldCluster(cluster: string): string {
  if (isAscii(cluster)) return cluster.toLowerCase();
  return (
    cluster
      .normalize("NFKD")
      .replaceAll(ACCENTS, "")
      .normalize("NFC")
      // To capitals first: ß is SS, and ſ is S.
      .toUpperCase()
      .toLowerCase()
      .replaceAll(ACCENTS, "") // İ in small letters is i and a dot
      .replaceAll("ς", "σ")
      .replaceAll(OTHER_DIGIT, toDigit)
  );
}

function toDigit(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const zero = ZEROS.find((one) => code >= one && code < one + 10);
  return zero === undefined ? character : String(code - zero);
}

/** Most texts are: what is done for them needs none of Unicode's classes, which are slow. */
export function isAscii(text: string): boolean {
  return ASCII.test(text);
}
