import { expect, test } from "vitest";
import { colourOf, initials } from "./avatar.ts";
import { isEmojiOnly } from "./emoji.ts";

test.each([
  ["Ada Lovelace", "AL"],
  ["ada", "A"],
  ["Juan Carlos de la Cruz", "JC"],
  ["Smith-Jones (billing)", "S"],
  ["O'Neil, Anna", "OA"],
  ["Øystein Åberg", "ØÅ"],
  ["山田 太郎", "山"],
  ["سارة الحسن", "س"],
  ["+1 425 555 0123", null],
  ["", null],
  [null, null],
])("the initials of %j are %j", (name, letters) => {
  expect(initials(name)).toBe(letters);
});

test("a person has the same colour everywhere, and people differ", () => {
  expect(colourOf("+14255550123")).toBe(colourOf("+14255550123"));
  const colours = new Set(Array.from({ length: 200 }, (_, index) => colourOf(`+1425555${index + 1000}`)));
  expect(colours.size).toBeGreaterThan(9);
});

test.each(["👍", "🎉 🎉", "👨‍👩‍👧‍👦", "🇳🇴", "❤️", "1️⃣", "👋🏽"])("%j is shown large", (text) => {
  expect(isEmojiOnly(text)).toBe(true);
});

test.each(["ok 👍", "1", "", " ", "#", "😀😀😀😀", "©"])("%j is shown as text", (text) => {
  expect(isEmojiOnly(text)).toBe(false);
});
