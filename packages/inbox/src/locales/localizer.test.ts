import { expect, test } from "vitest";
import { daysBetween, Localizer } from "./localizer.ts";

const now = new Date(2026, 2, 4, 15, 30);

test("a list says a time today, then a word, a weekday, a date", () => {
  const words = new Localizer("en-US");
  const shown = (...at: [number, number, number, number?]) => words.listTime(new Date(...at), now).replace(/\s/g, " ");
  expect(shown(2026, 2, 4, 9)).toBe("9:00 AM");
  expect(shown(2026, 2, 3, 23)).toBe("Yesterday");
  expect(shown(2026, 1, 27)).toBe("Fri");
  expect(shown(2026, 0, 9)).toBe("1/9");
  expect(shown(2025, 11, 31)).toBe("12/31/25");
});

test("numbers and plural forms follow the count", () => {
  const words = new Localizer("en-US");
  expect(words.t("unread.messages", { count: 1 })).toBe("1 unread message");
  expect(words.t("unread.messages", { count: 12_345 })).toBe("12,345 unread messages");
});

test("a value is never taken for a placeholder, nor for anything of Object's", () => {
  const words = new Localizer("en");
  expect(words.t("list.author", { name: "{text}", text: "hi" })).toBe("{text}: hi");
  expect(words.t("list.you", {})).toBe("You: {text}");
});

test("times are written as in the locale, and a wrong locale is English", () => {
  expect(new Localizer("de-DE").time(now)).toBe("15:30");
  expect(new Localizer("not a locale").locale).toBe("en");
});

test("a day that lost an hour is one day", () => {
  expect(daysBetween(new Date(2026, 2, 28, 23, 59), new Date(2026, 2, 29, 0, 1))).toBe(1);
  expect(daysBetween(new Date(2026, 2, 29, 12), new Date(2026, 2, 30, 1))).toBe(1);
  expect(daysBetween(new Date(2026, 2, 29, 0, 1), new Date(2026, 2, 29, 23, 59))).toBe(0);
});
