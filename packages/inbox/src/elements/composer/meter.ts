import { PART_SIZES, replaceLookAlikes, type Segments, segments } from "@trunkline/sdk/segments";

/** Units left in the first part at which a writer wants to know. */
const NEAR = 20;
/** So many signs without a look-alike are an oversight; who writes more of them means them. */
const MOST_SIGNS = 4;

/** What a text costs, where that is worth a word. */
export interface Meter {
  readonly texts: number;
  readonly unitsLeft: number;
  readonly encoding: Segments["encoding"];
  /** Why it costs more than it might; null where nothing can be done about it. */
  readonly remark: Remark | null;
}

/** Why a text is UCS-2. */
export interface Remark {
  /** Characters that force it, each once, in the order of the text. */
  readonly chars: readonly string[];
  /** What one character would become; null for several that differ. */
  readonly replacement: string | null;
  /** The whole text in plain characters, where all of them have a look-alike; else null. */
  readonly plain: string | null;
  /** How many texts it would take without them. */
  readonly textsWithout: number;
}

/** Null while there is nothing to tell: one text of plain characters, with room left. */
export function meterOf(text: string): Meter | null {
  const { encoding, segments: texts, unitsLeft, offending } = segments(text);
  if (texts === 0 || (encoding === "gsm7" && texts === 1 && unitsLeft > NEAR)) return null;
  return { texts, unitsLeft, encoding, remark: remarkOn(text, { texts, offending }) };
}

function remarkOn(
  text: string,
  { texts, offending }: { texts: number; offending: Segments["offending"] },
): Remark | null {
  if (offending.length === 0) return null;
  const chars = [...new Set(offending.map(({ char }) => char))];
  const plain = offending.every(({ replacement }) => replacement !== null) ? replaceLookAlikes(text) : null;
  const textsWithout = segments(plain ?? withoutSigns(text, offending)).segments;
  // Whoever writes in another script, or means their emoji, need not hear of it; a few signs that cost a text are worth a word.
  const signs = new Set(offending.filter(({ replacement }) => replacement === null).map(({ char }) => char));
  const isMeant = signs.size > MOST_SIGNS || [...signs].some((sign) => /\p{L}/u.test(sign));
  if (plain === null && (isMeant || textsWithout === 0 || textsWithout >= texts)) return null;
  const replacements = new Set(offending.map(({ replacement }) => replacement));
  return {
    chars,
    replacement: replacements.size === 1 ? (offending[0]?.replacement ?? null) : null,
    plain,
    textsWithout,
  };
}

/** The text in plain characters, without those that have no look-alike. */
function withoutSigns(text: string, offending: Segments["offending"]): string {
  const signs = offending.filter(({ replacement }) => replacement === null).map(({ char }) => char);
  return replaceLookAlikes(signs.reduce((left, sign) => left.replaceAll(sign, ""), text));
}

/** Characters that fit in one text, by alphabet. */
export const ROOM = { gsm7: PART_SIZES.gsm7.alone, ucs2: PART_SIZES.ucs2.alone } as const;
