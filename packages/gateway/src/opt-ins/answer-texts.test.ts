import { DEFAULT_SENDING } from "@trunkline/protocol";
import { segments } from "@trunkline/protocol/segments";
import { describe, expect, test } from "vitest";
import { ANSWER_LANGUAGES, type AnswerKind, answerText } from "./answer-texts.ts";
import { KEYWORD_FAMILIES } from "./keyword-families.ts";
import { readKeyword } from "./keywords.ts";

const KINDS = Object.keys(DEFAULT_SENDING.answers) as AnswerKind[];

test("whoever writes a keyword is answered in its language", () => {
  for (const { language } of KEYWORD_FAMILIES) expect(ANSWER_LANGUAGES).toContain(language);
});

describe.each(ANSWER_LANGUAGES)("in %s", (language) => {
  const said = (kind: AnswerKind) => answerText(kind, "standard", { business: "Acme Ltd", language }) ?? "";

  test("all answers name the business, fit two segments of the small alphabet, and are no keywords themselves", () => {
    for (const kind of KINDS) {
      expect(said(kind)).toMatch(/^Acme Ltd: /);
      expect(segments(said(kind))).toMatchObject({ encoding: "gsm7" });
      expect(segments(said(kind)).segments).toBeLessThanOrEqual(2);
      expect(readKeyword(said(kind)).kind).toBe("none");
    }
  });

  test("an answer names the words that work", () => {
    expect(said("optOut")).toContain("START");
    for (const kind of ["optIn", "help", "doubleOptIn"] as const) expect(said(kind)).toContain("STOP");
    for (const kind of ["optIn", "doubleOptIn"] as const) expect(said(kind)).toContain("HELP");
    expect(said("doubleOptIn")).toContain("YES");
  });
});

test("a business may word an answer itself, or give none; its name is data", () => {
  const facts = { business: "{{business}} & Sons", language: "xx-YY" };
  expect(answerText("help", { text: "Call 555-0100. {{business}}" }, facts)).toBe("Call 555-0100. {{business}} & Sons");
  expect(answerText("help", "none", facts)).toBeNull();
  expect(answerText("help", "standard", facts)).toMatch(/^\{\{business\}\} & Sons: Reply/);
  expect(answerText("help", "standard", { business: "A", language: "constructor" })).toMatch(/^A: Reply/);
});
