import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyText, compareWithCalculator } from "../test/support/segments-calculator.ts";
import { PART_SIZES, replaceLookAlikes, segments } from "./segments.ts";

const sizes = (text: string) => segments(text).parts.map(({ units }) => units);

test.each([
  ["an empty text has no part", "", "gsm7", []],
  ["160 septets are one part", "a".repeat(160), "gsm7", [160]],
  ["161 septets are two, of 153 and the rest", "a".repeat(161), "gsm7", [153, 8]],
  ["306 septets fill two parts", "a".repeat(306), "gsm7", [153, 153]],
  ["an extension character costs two septets", "€".repeat(80), "gsm7", [160]],
  ["an escape pair moves to the next part as a whole", `${"a".repeat(152)}€${"b".repeat(20)}`, "gsm7", [152, 22]],
  ["an escape pair that fits stays", `${"a".repeat(151)}€${"b".repeat(20)}`, "gsm7", [153, 20]],
  ["the whole extension table is GSM 7-bit", "^{}\\[~]|€\f", "gsm7", [20]],
  ["line ends are counted as they are", "a\r\nb\n", "gsm7", [5]],
  ["capital Greek is GSM 7-bit", "ΔΦΓΛΩΠΨΣΘΞ", "gsm7", [10]],
  ["small Greek is not", "αβγ", "ucs2", [3]],
  ["a small c cedilla is not", "façade", "ucs2", [6]],
  ["a backtick is not", "`", "ucs2", [1]],
  ["the escape sign itself is not", "\u001b", "ucs2", [1]],
  ["70 UCS-2 units are one part", "я".repeat(70), "ucs2", [70]],
  ["71 UCS-2 units are two", "я".repeat(71), "ucs2", [67, 4]],
  ["a surrogate pair is not cut", "😀".repeat(36), "ucs2", [66, 6]],
  ["a pair that fits stays", `${"я".repeat(65)}😀${"я".repeat(10)}`, "ucs2", [67, 10]],
  ["a family emoji is not cut", `${"я".repeat(60)}👨‍👩‍👧‍👦${"я".repeat(10)}`, "ucs2", [60, 21]],
  ["a flag is not cut", `${"я".repeat(65)}🇫🇷${"я".repeat(10)}`, "ucs2", [65, 14]],
  ["a letter keeps its combining mark", `${"я".repeat(66)}e\u0301${"я".repeat(10)}`, "ucs2", [66, 12]],
  ["a pile of marks longer than 16 is cut, not moved", `я${"\u0301".repeat(99)}`, "ucs2", [67, 33]],
  ["half a pair counts as one unit", `${"я".repeat(66)}\ud83d${"я".repeat(10)}`, "ucs2", [67, 10]],
])("%s", (_rule, given, encoding, units) => {
  expect(segments(given)).toMatchObject({ encoding, segments: units.length });
  expect(sizes(given)).toEqual(units);
});

test("a text of one part may grow to the size of one part; a longer one to the size of its last part", () => {
  expect(segments("").unitsLeft).toBe(160);
  expect(segments("Hello").unitsLeft).toBe(155);
  expect(segments("a".repeat(161)).unitsLeft).toBe(145);
  expect(segments("привет").unitsLeft).toBe(64);
  expect(segments("a".repeat(160)).unitsLeft).toBe(0);
});

test("each character that forces UCS-2 is named with its place and what GSM 7-bit can say instead", () => {
  expect(segments("“Hi”… it’s 5–6\u00a0pm 😀").offending).toEqual([
    { index: 0, char: "“", replacement: '"' },
    { index: 3, char: "”", replacement: '"' },
    { index: 4, char: "…", replacement: "..." },
    { index: 8, char: "’", replacement: "'" },
    { index: 12, char: "–", replacement: "-" },
    { index: 14, char: "\u00a0", replacement: " " },
    { index: 18, char: "😀", replacement: null },
  ]);
  const replacement = (char: string) => segments(char).offending[0]?.replacement;
  expect(replacement("e\u0301"), "a letter and its mark are one character of the alphabet").toBe("é");
  expect(replacement("\u200b"), "what nobody sees may go").toBe("");
  expect(replacement("\uff21")).toBe("A");
  expect(replacement("½")).toBe("1/2");
  expect(replacement("ﬁ")).toBe("fi");
  expect(replacement("á"), "an accent is not dropped").toBeNull();
  expect(segments("Plain text").offending).toEqual([]);
});

test("replacing look-alikes brings a typographic text back to GSM 7-bit and leaves the rest", () => {
  expect(replaceLookAlikes("“Hi” – it’s me…")).toBe('"Hi" - it\'s me...');
  expect(segments(replaceLookAlikes("“Hi” – it’s me…")).encoding).toBe("gsm7");
  expect(replaceLookAlikes("Grüße 😀 – ça va")).toBe("Grüße 😀 - ça va");
});

test("parts cover the text without a gap, are full, and cut no pair", () => {
  fc.assert(
    fc.property(anyText, (given) => {
      const { encoding, parts, unitsLeft, offending, segments: count } = segments(given);
      expect(parts.map(({ start, end }) => given.slice(start, end)).join("")).toBe(given);
      expect(count).toBe(parts.length);
      const size = parts.length > 1 ? PART_SIZES[encoding].each : PART_SIZES[encoding].alone;
      for (const { start, end, units } of parts) {
        expect(units).toBeLessThanOrEqual(size);
        if (given.isWellFormed()) expect(given.slice(start, end).isWellFormed()).toBe(true);
      }
      expect(unitsLeft).toBe(size - (parts.at(-1)?.units ?? 0));
      expect(encoding).toBe(offending.length > 0 ? "ucs2" : "gsm7");
      for (const { index, char } of offending) expect(given.startsWith(char, index)).toBe(true);
      // One unit more than is left opens a part; what is left does not.
      if (given !== "" && encoding === "gsm7") {
        expect(segments(given + "a".repeat(unitsLeft)).segments).toBe(count);
        expect(segments(`${given}${"a".repeat(unitsLeft)}a`).segments).toBe(count + 1);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("generated texts are counted as Twilio's own calculator counts them", () => {
  const { compared, several, wide, disagreement } = compareWithCalculator({ texts: 20_000, seed: 23_038 });
  expect(disagreement).toBeNull();
  expect(compared).toBe(20_000);
  expect(several).toBeGreaterThan(5_000);
  expect(wide).toBeGreaterThan(5_000);
});

const contracts = process.env.TRUNKLINE_CONTRACTS ?? join(import.meta.dirname, "../../../../shared/contracts");
const vectorsFile = join(contracts, "segmentation-vectors.json");

test("all vectors of the contracts folder are counted as they say", () => {
  if (!existsSync(vectorsFile)) {
    process.stdout.write(`segments: no ${vectorsFile}, so its vectors are not checked\n`);
    return;
  }
  const { vectors } = JSON.parse(readFileSync(vectorsFile, "utf8")) as { vectors: Vector[] };
  expect(vectors.length).toBeGreaterThan(20);
  for (const vector of vectors) {
    const { encoding, parts, segments: count } = segments(vector.text);
    const found = {
      encoding: encoding === "gsm7" ? "GSM-7" : "UCS-2",
      segments: count,
      part_units: sizes(vector.text),
    };
    expect(found, vector.name).toEqual({
      encoding: vector.encoding,
      segments: vector.segments,
      part_units: vector.part_units,
    });
    const texts = parts.map(({ start, end }) => vector.text.slice(start, end));
    if (vector.parts) expect(texts, vector.name).toEqual(vector.parts);
  }
});

interface Vector {
  name: string;
  text: string;
  encoding: string;
  segments: number;
  part_units: number[];
  parts?: string[];
}
