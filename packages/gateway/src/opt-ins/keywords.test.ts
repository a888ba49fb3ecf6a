import fc from "fast-check";
import { expect, test } from "vitest";
import { ORDINARY, UNSEEN, WITHDRAWALS } from "../../test/support/labelled-texts.ts";
import { foldText } from "./fold-text.ts";
import { KEYWORD_FAMILIES } from "./keyword-families.ts";
import { type KeywordContext, readKeyword } from "./keywords.ts";

const kind = (text: string, context: KeywordContext = { country: "US" }) => readKeyword(text, context).kind;

test.each([
  "STOP",
  "stop",
  " Stop. ",
  "STOP!!!",
  '"STOP"',
  "“stop”",
  "‘Stop’",
  "(stop)",
  "*STOP*",
  "stop\n",
  "ＳＴＯＰ",
  "𝐒𝐓𝐎𝐏",
  "S.T.O.P",
  "s t o p",
  "STOP STOP stop",
  "stop 🛑",
  "st\u200bop",
  "Stopall",
  "stop all",
  "STOP-ALL",
  "unsubscribe",
  "Cancel",
  "END",
  "quit",
  "revoke",
  "OPT OUT",
  "opt-out",
  "optout",
  "Opt  out",
  "remove",
])("%j is an opt-out", (text) =>
  expect(readKeyword(text, { country: "US" })).toMatchObject({ kind: "opt_out", language: "en", certainty: "certain" }),
);

test("starting, help and yes are told apart, and a yes is no opt-in by itself", () => {
  expect(["START", "unstop!", "Start."].map((text) => kind(text))).toEqual(["opt_in", "opt_in", "opt_in"]);
  expect(["HELP", "info?", "Help me"].map((text) => kind(text))).toEqual(["help", "help", "none"]);
  expect(["YES", "Yes!", "y", "yes please"].map((text) => kind(text))).toEqual(["affirm", "affirm", "affirm", "none"]);
});

test("a country's own keywords act there, English ones everywhere", () => {
  for (const text of ["ARRET", "ARRÊT", "arrêt.", "Arre\u0302t"]) {
    expect(readKeyword(text, { country: "CA" })).toMatchObject({ kind: "opt_out", keyword: "arret", language: "fr" });
  }
  expect(kind("ALTO", { country: "US" })).toBe("opt_out");
  expect(kind("SAIR", { country: "BR" })).toBe("opt_out");
  expect(kind("Stopp", { country: "DE" })).toBe("opt_out");
  expect(kind("STOP", { country: "JP" })).toBe("opt_out");
  expect(kind("aide", { country: "FR" })).toBe("help");
  expect(kind("Sí", { country: "MX" })).toBe("affirm");
});

test("another country's keyword is a likely opt-out, unless the person's language says that it is theirs", () => {
  expect(kind("ARRET", { country: "US" })).toBe("likely_opt_out");
  expect(kind("alto", { country: "IT" }), "a word of everyday Italian").toBe("likely_opt_out");
  expect(kind("ARRET", { country: "US", language: "fr-CA" })).toBe("opt_out");
  expect(kind("Abmelden", { country: null })).toBe("opt_out");
  expect(kind("aide", { country: "US" })).toBe("none");
});

test.each([
  "STOP - John Smith, Acme",
  "STOP (John)",
  "STOP: John",
  "Stop — Jane",
  "STOP STOP please",
  "STOP2STOP",
  "STOP TXT",
  "stop txting me",
  "unsub",
  "Reply STOP",
  "СТОП",
  "הסר",
  "退订",
  "TD",
  "配信停止",
  "إلغاء",
  "수신거부",
])("%j, which no carrier takes for a keyword, is a likely opt-out", (text) => {
  expect(kind(text)).toBe("likely_opt_out");
});

test("no amount of white space before or behind hides a keyword", () => {
  for (const text of [`${"\n ".repeat(2000)}STOP`, `STOP${" ".repeat(4000)}.`]) expect(kind(text)).toBe("opt_out");
  expect(kind(`${"\n".repeat(4000)}STOP\nSent from my phone`)).toBe("likely_opt_out");
});

test("nothing is read into nothing", () => {
  for (const text of ["", "   ", "!!!", "👍", "\u200b"]) expect(kind(text)).toBe("none");
});

function measure(withdrawals: readonly string[], ordinary: readonly string[]) {
  const missed = withdrawals.filter((text) => kind(text) === "none");
  const wrong = ordinary.filter((text) => kind(text) !== "none");
  const caught = withdrawals.length - missed.length;
  return { missed, wrong, precision: caught / (caught + wrong.length), recall: caught / withdrawals.length };
}

test("words of a sentence are no keywords: plain withdrawals are likely, ordinary texts are none", () => {
  expect(WITHDRAWALS.length + ORDINARY.length).toBeGreaterThanOrEqual(150);
  const { missed, wrong, precision, recall } = measure(
    WITHDRAWALS,
    ORDINARY.filter((text) => kind(text) !== "affirm"),
  );
  process.stdout.write(`keywords: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}\n`);
  expect([...WITHDRAWALS, ...ORDINARY].filter((text) => kind(text) === "opt_out")).toEqual([]);
  expect(wrong).toEqual([]);
  expect(recall, missed.join(" | ")).toBeGreaterThanOrEqual(0.95);
});

test("texts that the rules were not written for are read nearly as well", () => {
  const { missed, wrong, precision, recall } = measure(UNSEEN.withdrawals, UNSEEN.ordinary);
  process.stdout.write(`keywords, unseen: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}\n`);
  expect(precision, wrong.join(" | ")).toBeGreaterThanOrEqual(0.9);
  expect(recall, missed.join(" | ")).toBeGreaterThanOrEqual(0.75);
});

const keyword = fc.constantFrom(
  ...KEYWORD_FAMILIES.flatMap(({ optOut, language }) => optOut.map((word) => ({ word, language }))),
);
const noise = fc.string({ unit: fc.constantFrom(" ", ".", "!", '"', "“", "”", "\n", "…", "🙏", "*"), maxLength: 4 });

test("case, quotes, punctuation and width never hide a keyword", () => {
  fc.assert(
    fc.property(keyword, noise, noise, fc.boolean(), fc.boolean(), ({ word, language }, before, after, upper, wide) => {
      const cased = upper ? word.toUpperCase() : word;
      const shown = wide
        ? cased.replaceAll(/[!-~]/g, (char) => String.fromCodePoint((char.codePointAt(0) ?? 0) + 0xfee0))
        : cased;
      expect(readKeyword(`${before}${shown}${after}`, { language }).kind).toBe("opt_out");
    }),
  );
});

test("folding is stable, and hostile texts are read in an instant", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(foldText(foldText(text))).toBe(foldText(text));
    }),
  );
  for (const piece of [
    "stop ",
    "please stop texting ",
    "no me ",
    "wrong number ",
    "do not ",
    "a ",
    "the these those your ",
    "quit with all the ",
    "\u0301",
    "s",
    "remove me off the the ",
    "arretez de m ",
    "horen sie bitte ",
  ]) {
    const hostile = piece.repeat(Math.ceil(65_536 / piece.length));
    const start = performance.now();
    readKeyword(hostile);
    expect(performance.now() - start, piece).toBeLessThan(250);
  }
});
