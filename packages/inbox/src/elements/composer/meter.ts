import { PART_SIZES, replaceLookAlikes, type Segments, segments } from "@trunkline/sdk/segments";

/** Units left in the first part at which a writer wants to know. */
const NEAR = 20;
/** Characters that are named; of more only their number is told. */
const MOST_NAMED = 4;

/** What a text costs, where that is worth a word. */
export interface Meter {
  readonly texts: number;
  readonly unitsLeft: number;
  readonly encoding: Segments["encoding"];
  /** Why it costs more than it might; null where nothing can be done about it. */
  readonly remark: Remark | null;
}

/** Characters that force UCS-2, each once. */
export interface Remark {
  readonly chars: readonly string[];
  readonly more: number;
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
  const isScript = offending.some(({ char, replacement }) => replacement === null && /\p{L}/u.test(char));
  if (plain === null && (isScript || chars.length > MOST_NAMED || textsWithout === 0 || textsWithout >= texts))
    return null;
  const replacements = new Set(offending.map(({ replacement }) => replacement));
  return {
    chars: chars.slice(0, MOST_NAMED),
    more: Math.max(0, chars.length - MOST_NAMED),
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
