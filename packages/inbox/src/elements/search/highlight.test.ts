import { expect, test } from "vitest";
import { excerpt, pieces } from "./highlight.ts";

const joined = (parts: readonly { text: string }[]) => parts.map(({ text }) => text).join("");

test("a text is cut at its matches, and nothing of it is lost", () => {
  const parts = pieces("Canoe and canoe", [
    { start: 0, end: 5 },
    { start: 10, end: 15 },
  ]);
  expect(parts).toEqual([
    { text: "Canoe", isMatch: true },
    { text: " and ", isMatch: false },
    { text: "canoe", isMatch: true },
  ]);
});

test("a text without matches is one piece", () => {
  expect(pieces("hello", [])).toEqual([{ text: "hello", isMatch: false }]);
});

test("an excerpt begins with a word, shortly before the first match", () => {
  const text = `${"many words ".repeat(20)}needle and more`;
  const start = text.indexOf("needle");
  const parts = excerpt(text, [{ start, end: start + 6 }]);
  expect(joined(parts)).toBe("…words many words many words needle and more");
  expect(parts.find(({ isMatch }) => isMatch)?.text).toBe("needle");
});

test("an excerpt cuts no surrogate pair", () => {
  const text = `${"😀".repeat(40)}!needle`;
  const start = text.indexOf("needle");
  expect(joined(excerpt(text, [{ start, end: start + 6 }])).isWellFormed()).toBe(true);
});
