import type { TenantId } from "@trunkline/protocol";
import type { Words } from "./words.ts";

/*
 * A text is found by keys: numbers of 32 bits that stand for the beginnings of its words, for pairs of characters where
 * nothing stands between words, for threes of digits, and for when, on which line and in which conversation it was
 * written. Each key mixes in the tenant and what is searched, so that a look-up never walks over rows of another tenant.
 * Two things with one key are told apart when the text itself is compared: keys may find too much, never too little.
 */

/** What all keys of a tenant's messages, or of its conversations, begin with. */
export type Seed = number & { readonly seed: unique symbol };

export function seedOf(tenantId: TenantId, searched: "messages" | "conversations"): Seed {
  return hash(0x811c9dc5, `${tenantId} ${searched}`) as Seed;
}

/** Beginnings of a word that have keys, in characters. What is searched for is looked up by the longest that it has. */
const BEGINNINGS = [1, 2, 3, 4, 6, 9] as const;
const LONGEST = 9;
/** Digits that have a key together, and the fewest by which a number is looked up. */
export const DIGITS = 3;

/** The keys of what can be found in a text. */
export function keysOfWords(seed: Seed, { words, digits }: Words, into: Set<number>): void {
  for (const { kind, text } of words) {
    if (kind === "sign") into.add(hash(seed, `e${text}`));
    else if (kind === "spaced") addBeginnings(seed, text, into);
    else {
      const characters = [...text];
      for (const [index, character] of characters.entries()) {
        into.add(hash(seed, `u${character}`));
        const next = characters[index + 1];
        if (next !== undefined) into.add(hash(seed, `b${character}${next}`));
      }
    }
  }
  for (const { text } of digits) {
    for (let at = 0; at + DIGITS <= text.length; at++) into.add(hash(seed, `d${text.slice(at, at + DIGITS)}`));
  }
}

function addBeginnings(seed: Seed, word: string, into: Set<number>): void {
  let length = 0;
  let beginning = "w";
  for (const character of word) {
    beginning += character;
    length += 1;
    if (isBeginning(length)) into.add(hash(seed, beginning));
    if (length === LONGEST) return;
  }
}

const isBeginning = (length: number): boolean => (BEGINNINGS as readonly number[]).includes(length);

/** The key by which words that begin so are looked up. */
export function keyOfBeginning(seed: Seed, word: string): number {
  const characters = [...word];
  const length = BEGINNINGS.findLast((one) => one <= characters.length) ?? 1;
  return hash(seed, `w${characters.slice(0, length).join("")}`);
}

/** The keys by which a run without blanks is looked up. */
export function keysOfRun(seed: Seed, run: string): number[] {
  const characters = [...run];
  if (characters.length === 1) return [hash(seed, `u${run}`)];
  return characters.slice(1).map((character, index) => hash(seed, `b${characters[index]}${character}`));
}

/** The keys by which digits in a row are looked up. */
export function keysOfDigits(seed: Seed, digits: string): number[] {
  return Array.from({ length: digits.length - DIGITS + 1 }, (_, at) => hash(seed, `d${digits.slice(at, at + DIGITS)}`));
}

export const keyOfSign = (seed: Seed, sign: string): number => hash(seed, `e${sign}`);
export const keyOfLine = (seed: Seed, lineId: string): number => hash(seed, `l${lineId}`);
export const keyOfConversation = (seed: Seed, id: string): number => hash(seed, `c${id}`);
export const keyOfDirection = (seed: Seed, direction: string): number => hash(seed, `>${direction}`);

/**
 * Spans of time that have keys, each as the number of low bits of the milliseconds since 1970 that it leaves out: from 8
 * seconds over 9 minutes and 6 days to all time. `search_hits` of migration 0009 computes the same keys.
 */
const SPANS = [13, 16, 19, 22, 25, 28, 31, 34, 37, 43] as const;

export function addTimeKeys(seed: Seed, at: number, into: Set<number>): void {
  for (const bits of SPANS) {
    const span = Math.floor(at / 2 ** bits);
    into.add((seed + Math.imul(bits, 0x9e3779b1) + Math.imul(span, 0x85ebca6b)) | 0);
  }
}

/** FNV-1a in 32 bits with the last step of MurmurHash3, so that neighbours lie apart. Source: draft-eastlake-fnv, §2; smhasher, fmix32. */
function hash(seed: number, text: string): number {
  let value = seed;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) | 0;
}
