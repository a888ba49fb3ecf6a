import type { TextRange } from "@trunkline/protocol";
import { callingCode, isE164 } from "@trunkline/protocol/vocabulary";
import { isAscii } from "./folded-text.ts";
import { DIGITS, keyOfBeginning, keyOfSign, keysOfDigits, keysOfRun, type Seed } from "./keys.ts";
import { type Words, wordsOf } from "./words.ts";

/** One of the things that are searched for; all of them must be found. */
export type Needle =
  | { readonly kind: "spaced" | "dense" | "sign"; readonly text: string }
  | { readonly kind: "digits"; readonly text: string };

/** With as many, a 0 or 00 in front is how the number is dialled and no part of it. */
const DIALLED_DIGITS = 7;

/** What is searched for: words, and pieces of numbers from three digits on; empty when there is nothing in it that could be found, such as punctuation alone. */
export function needlesOf(q: string): Needle[] {
  const { words, digits } = wordsOf(q.replaceAll(/\(0\)/g, " ")); // +44 (0)20 is dialled +44 20
  const numbers = digits.filter(({ text }) => text.length >= DIGITS);
  const taken = new Set(numbers.flatMap(({ at }) => at));
  const rest = words.filter(({ at, text }) => !isOfNumber(taken, at, text));
  return [
    ...rest.map(({ kind, text }) => ({ kind, text })),
    ...numbers.map(({ written, text }) => ({ kind: "digits" as const, text: dialled(written, text) })),
  ];
}

/** Whether a word is nothing but digits of a number. */
function isOfNumber(taken: ReadonlySet<number>, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) if (!taken.has(at + index)) return false;
  return true;
}

/** The digits that stand in every notation of a number: without the country, and without what is dialled before it. */
function dialled(written: string, digits: string): string {
  if (digits.length < DIALLED_DIGITS) return digits;
  const international = written.startsWith("+") ? digits : digits.startsWith("00") ? digits.slice(2) : null;
  if (international === null) return digits.startsWith("0") ? digits.slice(1) : digits;
  const number = `+${international}`;
  const country = international.length > DIALLED_DIGITS + 2 && isE164(number) ? callingCode(number) : null;
  return international.slice(country?.replaceAll(/\D/g, "").length ?? 0);
}

/** The keys that every match has. */
export function keysOf(seed: Seed, needles: readonly Needle[]): number[] {
  return [...new Set(needles.flatMap((needle) => keysOfNeedle(seed, needle)))];
}

function keysOfNeedle(seed: Seed, { kind, text }: Needle): number[] {
  if (kind === "digits") return keysOfDigits(seed, text);
  if (kind === "dense") return keysOfRun(seed, text);
  return [kind === "sign" ? keyOfSign(seed, text) : keyOfBeginning(seed, text)];
}

const PLAIN_LETTER = /[a-z0-9]/;

/** Where in a text each of the needles is; an empty list for one that is not. */
export function find(needles: readonly Needle[], text: string): TextRange[][] {
  // Cutting fifty texts into words takes longer than reading them from the store.
  if (isAscii(text) && needles.every(({ kind }) => kind !== "digits")) {
    const folded = text.toLowerCase();
    return needles.map((needle) => (needle.kind === "spaced" ? beginnings(needle.text, folded) : []));
  }
  const words = wordsOf(text);
  return needles.map((needle) => findOne(needle, words));
}

/** Where words of a plain text begin so. */
function beginnings(beginning: string, folded: string): TextRange[] {
  return placesOf(beginning, folded)
    .filter((place) => place === 0 || !PLAIN_LETTER.test(folded.charAt(place - 1)))
    .map((place) => ({ start: place, end: place + beginning.length }));
}

function findOne({ kind, text }: Needle, { words, digits, rangeOf }: Words): TextRange[] {
  const ranges: TextRange[] = [];
  if (kind === "digits") {
    for (const number of digits) {
      for (const place of placesOf(text, number.text)) {
        ranges.push(rangeOf(number.at[place] ?? 0, (number.at[place + text.length - 1] ?? 0) + 1));
      }
    }
    return ranges;
  }
  for (const word of words) {
    if (word.kind !== kind) continue;
    const places = kind === "dense" ? placesOf(text, word.text) : word.text.startsWith(text) ? [0] : [];
    for (const place of places) ranges.push(rangeOf(word.at + place, word.at + place + text.length));
  }
  return ranges;
}

function placesOf(part: string, whole: string): number[] {
  const places: number[] = [];
  for (let at = whole.indexOf(part); at >= 0; at = whole.indexOf(part, at + part.length)) places.push(at);
  return places;
}

/** Ranges in order, with those that touch made one. */
export function joinRanges(ranges: readonly TextRange[]): TextRange[] {
  const joined: TextRange[] = [];
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}
