import fc from "fast-check";
import { SegmentedMessage } from "sms-segments-calculator";
import { MAX_WHOLE_CLUSTER, segments } from "../../src/segments.ts";

// Everyday characters, the ones at the alphabet's edges, and any other code point.
const piece = fc.oneof(
  { arbitrary: fc.constantFrom(..."abcdefghij KLMNOP,.?!'0123456789"), weight: 20 },
  { arbitrary: fc.constantFrom(..."€[]{}~^|\\\f\n\r@£èÇΔß"), weight: 8 },
  { arbitrary: fc.constantFrom(..."çáíàяж中“”’–…\u00a0`\t"), weight: 1 },
  { arbitrary: fc.constantFrom("😀", "👍🏽", "🇫🇷", "👨‍👩‍👧‍👦", "❤️", "e\u0301", "1️⃣"), weight: 1 },
);
const gsmPiece = fc.constantFrom(..."abcdefghijklmnop QRSTUVWX,.?!0123456789€[]{}~^|\\\f\n\r@£èÇΔß");
const pieces = (of: fc.Arbitrary<string>, minLength: number, maxLength: number) =>
  fc.array(of, { minLength, maxLength, size: "max" }).map((parts) => parts.join(""));
/** Texts around the places where one part more begins, and any others. */
export const anyText = fc.oneof(
  { arbitrary: pieces(gsmPiece, 130, 150), weight: 6 },
  { arbitrary: pieces(gsmPiece, 265, 285), weight: 1 },
  { arbitrary: pieces(piece, 0, 60), weight: 2 },
  { arbitrary: pieces(piece, 60, 75), weight: 6 },
  { arbitrary: pieces(piece, 120, 140), weight: 2 },
  fc.string({ unit: "binary-ascii", maxLength: 100, size: "max" }),
  fc.string({ unit: "binary", maxLength: 80, size: "max" }),
);

/** What came of a comparison; `disagreement` is the first text that the two count differently. */
export interface Comparison {
  compared: number;
  several: number;
  wide: number;
  disagreement: string | null;
}

/** Counts generated texts with `segments` and with Twilio's calculator (npm sms-segments-calculator), about 1 ms a text. */
export function compareWithCalculator({ texts, seed }: { texts: number; seed: number }): Comparison {
  const segmenter = new Intl.Segmenter();
  const result: Comparison = { compared: 0, several: 0, wide: 0, disagreement: null };
  for (const given of fc.sample(anyText, { numRuns: Math.ceil(texts * 1.05), seed })) {
    if (result.compared === texts) break;
    const theirs = new SegmentedMessage(given);
    const clusters = [...segmenter.segment(given)].map(({ segment }) => segment);
    // Theirs bills an empty text, overfills a part with a pile of marks, and knows the clusters of Unicode 10.
    if (given === "" || clusters.some(({ length }) => length > MAX_WHOLE_CLUSTER)) continue;
    if (theirs.graphemes.join("|") !== clusters.join("|").replaceAll("\r\n", "\r|\n")) continue;
    const ours = segments(given);
    const encoding = theirs.encodingName === "GSM-7" ? "gsm7" : "ucs2";
    if (ours.segments !== theirs.segmentsCount || ours.encoding !== encoding) {
      const counts = `${ours.encoding} ${ours.segments}, theirs ${encoding} ${theirs.segmentsCount}`;
      return { ...result, disagreement: `${JSON.stringify(given)}: ours ${counts}` };
    }
    result.compared++;
    if (ours.segments > 1) result.several++;
    if (encoding === "ucs2") result.wide++;
  }
  return result;
}
