/*
 * How a text is cut and billed. Counted on every key stroke, so this file imports nothing and stays under 2 kB.
 */

/** The alphabet that a text travels in. One character outside of GSM 7-bit moves the whole text to UCS-2. */
export type SegmentEncoding = "gsm7" | "ucs2";

/** One part of a text: `text.slice(start, end)`. */
export interface SegmentPart {
  /** First UTF-16 code unit of the part. */
  readonly start: number;
  /** UTF-16 code unit after the last one. */
  readonly end: number;
  /** Size in units of the encoding: septets for `gsm7`, UTF-16 code units for `ucs2`. Headers do not count. */
  readonly units: number;
}

/** A character that forces UCS-2. */
export interface OffendingCharacter {
  /** Its first UTF-16 code unit in the text. */
  readonly index: number;
  /** The code point, with the combining marks that belong to it. */
  readonly char: string;
  /**
   * What GSM 7-bit can say instead without a change of meaning, `""` for what nobody sees, or null. Accents are not
   * dropped: `papá` and `papa` are two words.
   */
  readonly replacement: string | null;
}

/** What a text costs, and why. */
export interface Segments {
  readonly encoding: SegmentEncoding;
  /** Parts that a carrier bills; 0 for an empty text. */
  readonly segments: number;
  /** In order; together they are the whole text. */
  readonly parts: readonly SegmentPart[];
  /** What still fits in the last part, in units of the encoding, while the number of parts stays. */
  readonly unitsLeft: number;
  /** All characters that force UCS-2, in order; empty for `gsm7`. */
  readonly offending: readonly OffendingCharacter[];
}

/** Units in a text of one part, and in each part of a longer one. Source: 3GPP TS 23.040 §9.2.3.24.1, a 6-octet header. */
export const PART_SIZES = { gsm7: { alone: 160, each: 153 }, ucs2: { alone: 70, each: 67 } } as const;

/**
 * Longest grapheme cluster that is kept in one part, in UTF-16 code units. The longest emoji that keyboards offer (a
 * couple with two skin tones) has 15; piles of combining marks beyond that are cut as a phone would show them anyway.
 */
export const MAX_WHOLE_CLUSTER = 16;

// Source: 3GPP TS 23.038 §6.2.1, the default alphabet in the order of its codes without escape, and §6.2.1.1, its extension.
const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "\f^{}\\[~]|€";

const SEPTETS = new Map([
  ...[...BASIC].map((char): [string, number] => [char, 1]),
  ...[...EXTENSION].map((char): [string, number] => [char, 2]),
]);

// Typographic signs that compatibility normalisation leaves alone, as `replacement` then `signs`.
const LOOK_ALIKES = new Map(
  [
    ["'", "‘’‚‛′`´ʹʼˈ"],
    ['"', "“”„‟″«»ʺ"],
    ["-", "‐‑‒–—―−•⁃"],
    ["<", "‹"],
    [">", "›"],
    ["/", "⁄∕÷"],
    ["*", "∗"],
    [" ", "\t\u2028\u2029"],
    ["", "\u00ad\u200b\u2060\ufeff"],
  ].flatMap(([replacement = "", signs = ""]) => [...signs].map((sign): [string, string] => [sign, replacement])),
);

/**
 * Splits a text into the segments that a carrier bills.
 *
 * Within the GSM 7-bit alphabet a text takes 160 septets alone or 153 per part; any other text is UCS-2: 70 code units
 * alone or 67 per part. `€ [ ] { } ~ ^ | \` and form feed cost two septets each. No escape or surrogate pair is cut.
 * In UCS-2 a grapheme cluster (a flag, a family emoji, a letter with its marks) of at most 16 units is not cut either:
 * phones show parts that arrive late one by one, and Twilio counts so. National shift tables are not used.
 * Source: 3GPP TS 23.038 §6.2.1 (alphabet), TS 23.040 §9.2.3.24.1 (the 6-octet header of a part).
 *
 * @param text - as it will be sent, footers included; line ends as they are (`\r\n` costs two)
 * @returns `parts` in order, none for an empty text; `unitsLeft` in the last part, counted in units of `encoding`
 * @example segments("Ready at 5").encoding // "gsm7"
 */
export function segments(text: string): Segments {
  const offending = findOffending(text);
  const encoding = offending.length > 0 ? "ucs2" : "gsm7";
  const { alone, each } = PART_SIZES[encoding];
  const units = encoding === "ucs2" ? text.length : unitsOf(text);
  if (units <= alone) {
    const parts = units > 0 ? [{ start: 0, end: text.length, units }] : [];
    return { encoding, segments: parts.length, parts, unitsLeft: alone - units, offending };
  }
  const parts = encoding === "ucs2" ? cutUcs2(text, each) : cutGsm7(text, each);
  return { encoding, segments: parts.length, parts, unitsLeft: each - (parts.at(-1)?.units ?? 0), offending };
}

/** The text with everything replaced that has a look-alike in GSM 7-bit. Show the result before it is sent. */
export function replaceLookAlikes(text: string): string {
  let result = "";
  let from = 0;
  for (const { index, char, replacement } of segments(text).offending) {
    result += text.slice(from, index) + (replacement ?? char);
    from = index + char.length;
  }
  return result + text.slice(from);
}

function unitsOf(text: string): number {
  let units = 0;
  for (const char of text) units += SEPTETS.get(char) ?? 0;
  return units;
}

function findOffending(text: string): OffendingCharacter[] {
  const found: OffendingCharacter[] = [];
  for (const { 0: char, index } of text.matchAll(/\P{M}\p{M}*|\p{M}+/gsu)) {
    if (!SEPTETS.has(char)) found.push({ index, char, replacement: lookAlike(char) });
  }
  return found;
}

function lookAlike(char: string): string | null {
  const known = LOOK_ALIKES.get(char);
  if (known !== undefined) return known;
  const replacement = [...char.normalize("NFKC")].map((part) => LOOK_ALIKES.get(part) ?? part).join("");
  return [...replacement].every((part) => SEPTETS.has(part)) ? replacement : null;
}

function cutGsm7(text: string, size: number): SegmentPart[] {
  const parts: SegmentPart[] = [];
  let [start, units] = [0, 0];
  for (let end = 0; end < text.length; end++) {
    const septets = SEPTETS.get(text.charAt(end)) ?? 0;
    if (units + septets > size) {
      parts.push({ start, end, units });
      [start, units] = [end, 0];
    }
    units += septets;
  }
  return [...parts, { start, end: text.length, units }];
}

function cutUcs2(text: string, size: number): SegmentPart[] {
  const parts: SegmentPart[] = [];
  // Browsers before 2024 may lack it; there only surrogate pairs are kept whole.
  const clusters = globalThis.Intl?.Segmenter && new Intl.Segmenter().segment(text);
  let start = 0;
  while (start < text.length) {
    let end = Math.min(start + size, text.length);
    if (end < text.length) {
      const cluster = clusters?.containing(end);
      if (cluster && cluster.segment.length <= MAX_WHOLE_CLUSTER) end = cluster.index;
      else if (isPair(text, end)) end--;
    }
    parts.push({ start, end, units: end - start });
    start = end;
  }
  return parts;
}

/** True when the code units before and at `index` are the halves of one character. */
function isPair(text: string, index: number): boolean {
  return (text.codePointAt(index - 1) ?? 0) > 0xffff;
}
