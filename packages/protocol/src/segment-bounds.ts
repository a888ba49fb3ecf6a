import { MAX_WHOLE_CLUSTER, PART_SIZES, type SegmentEncoding, segments } from "./segments.ts";
import { parseTemplate } from "./template.ts";

/** What is known about a value before it is given. */
export interface VariableBounds {
  /** Fewest UTF-16 code units. @default 0 */
  minLength?: number;
  /** Most UTF-16 code units. @default 60 */
  maxLength?: number;
  /**
   * What it may be written in: `basic` has no character that costs two septets, `gsm7` may have (so it may cost twice
   * its length), `any` may turn the whole text to UCS-2. @default "any"
   */
  alphabet?: "basic" | "gsm7" | "any";
}

/** The fewest and the most segments that a template can take. */
export interface SegmentBounds {
  readonly least: { readonly encoding: SegmentEncoding; readonly segments: number };
  readonly most: { readonly encoding: SegmentEncoding; readonly segments: number };
}

/** What is taken for a variable that nobody described: a value of any alphabet, not longer than a long name. */
export const DEFAULT_VARIABLE = { minLength: 0, maxLength: 60, alphabet: "any" } as const;

/**
 * The fewest and the most segments that a template takes while its values are not known. No values within the bounds
 * take more than `most`, nor fewer than `least`. A place with a default counts as if the default might stand there.
 *
 * @param variables - by name; one that is not described counts as `DEFAULT_VARIABLE`
 * @example segmentBounds("Hi {{name|there}}, see you at 5").most // { encoding: "ucs2", segments: 2 }
 */
export function segmentBounds(
  template: string,
  variables: Readonly<Record<string, VariableBounds>> = {},
): SegmentBounds {
  const pieces = parseTemplate(template).map((piece): Words | Value => {
    if (piece.kind === "text") return { words: piece.text };
    const given = Object.hasOwn(variables, piece.name) ? variables[piece.name] : undefined;
    return { ...DEFAULT_VARIABLE, ...given, fallback: piece.default };
  });
  const shortest = pieces.map((piece) => {
    if ("words" in piece) return piece.words;
    return "a".repeat(Math.min(piece.minLength, piece.fallback?.length ?? Number.POSITIVE_INFINITY));
  });
  const least = segments(shortest.join(""));
  const wide = least.encoding === "ucs2" || pieces.some((piece) => !("words" in piece) && mayBeWide(piece));
  const stretches = pieces.flatMap((piece) => {
    if ("words" in piece) return wide ? wideWords(piece.words) : [plainWords(piece.words)];
    return [wide ? wideValue(piece) : plainValue(piece)];
  });
  const encoding = wide ? "ucs2" : "gsm7";
  return {
    least: { encoding: least.encoding, segments: least.segments },
    most: { encoding, segments: mostParts(stretches, encoding) },
  };
}

interface Words {
  readonly words: string;
}

interface Value extends Required<VariableBounds> {
  readonly fallback: string | null;
}

/** A run of units in which no piece that must stay whole is larger than `largest`. */
interface Stretch {
  readonly units: number;
  readonly largest: number;
}

const mayBeWide = ({ alphabet, fallback }: Value) => alphabet === "any" || segments(fallback ?? "").encoding === "ucs2";

function plainWords(words: string): Stretch {
  const units = segments(words).parts.reduce((sum, part) => sum + part.units, 0);
  return { units, largest: units > words.length ? 2 : 1 };
}

function plainValue({ maxLength, alphabet, fallback }: Value): Stretch {
  const units = alphabet === "basic" ? maxLength : 2 * maxLength;
  return { units: Math.max(units, plainWords(fallback ?? "").units), largest: 2 };
}

// What may form a cluster with its neighbour: marks, joiners, surrogates, Hangul, and signs of other scripts.
const SIMPLE = /^[\t\n\x20-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u20a0-\u20bf]*$/;

/** The first and the last sign may join the value beside them, so they count as part of it. */
function wideWords(words: string): Stretch[] {
  if (!SIMPLE.test(words)) return [{ units: words.length, largest: MAX_WHOLE_CLUSTER }];
  const edge = { units: 1, largest: MAX_WHOLE_CLUSTER };
  return words.length < 3 ? [{ ...edge, units: words.length }] : [edge, { units: words.length - 2, largest: 1 }, edge];
}

function wideValue({ maxLength, fallback }: Value): Stretch {
  return { units: Math.max(maxLength, fallback?.length ?? 0), largest: MAX_WHOLE_CLUSTER };
}

/**
 * Fills parts as badly as can be: where a run does not fit, its largest piece falls on the seam and moves on. In UCS-2 that
 * piece may have begun in the runs before, as far as those can join what follows them. Pieces are placed in order, so
 * the worst end of one run is the worst beginning for the next.
 */
function mostParts(stretches: readonly Stretch[], encoding: SegmentEncoding): number {
  const { alone, each } = PART_SIZES[encoding];
  const total = stretches.reduce((sum, { units }) => sum + units, 0);
  if (total <= alone) return total > 0 ? 1 : 0;
  // `joining` units at the end of the part may belong to a piece that goes on behind them.
  let [parts, used, joining] = [1, 0, 0];
  for (const { units, largest } of stretches) {
    let left = units;
    while (left > each - used) {
      const cut = Math.max(each - largest + 1, used - joining);
      left -= cut - used;
      parts++;
      [used, joining] = [0, 0];
    }
    used += left;
    if (units > 0) joining = encoding === "ucs2" && largest > 1 ? joining + left : 0;
  }
  return parts;
}
