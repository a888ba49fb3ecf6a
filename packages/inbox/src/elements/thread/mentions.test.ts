import type { User } from "@trunkline/sdk";
import { expect, test } from "vitest";
import { colleaguesLike, mentionAt, mentionedIn, withMention } from "./mentions.ts";

const user = (name: string, suspended = false): User => ({
  id: `usr_${name.toLowerCase().replace(/\W/g, "")}`,
  externalId: null,
  name,
  email: null,
  microsoft: null,
  role: "member",
  suspended,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
});
const ADA = user("Ada Moreno");
const ADALBERT = user("Adalbert Ó Briain");
const GONE = user("Adam Left", true);

test("a mention begins with @ at the start of a word, and ends at the caret", () => {
  expect(mentionAt("@ad", 3)).toEqual({ start: 0, query: "ad" });
  expect(mentionAt("ask @ada mo", 11)).toEqual({ start: 4, query: "ada mo" });
  expect(mentionAt("ask (@", 6)).toEqual({ start: 5, query: "" });
  expect(mentionAt("mail ada@example.com", 20)).toBeNull();
  expect(mentionAt("@ada\nnext", 9)).toBeNull();
  expect(mentionAt("5 @ 3 pm", 8)).toBeNull();
  expect(mentionAt("@ada", 0)).toBeNull();
});

test("colleagues are found by the beginning of any of their names, accents or not, and the suspended are not", () => {
  const users = [ADA, ADALBERT, GONE];
  expect(colleaguesLike("ada", users, 8)).toEqual([ADA, ADALBERT]);
  expect(colleaguesLike("o b", users, 8)).toEqual([ADALBERT]);
  expect(colleaguesLike("", users, 1)).toEqual([ADA]);
  expect(colleaguesLike("oreno", users, 8)).toEqual([]);
});

test("the name takes the place of what was typed, with one space behind it", () => {
  expect(withMention("ask @ad", { start: 4, query: "ad" }, "Ada Moreno")).toEqual({
    text: "ask @Ada Moreno ",
    caret: 16,
  });
  expect(withMention("@ad now", { start: 0, query: "ad" }, "Ada Moreno")).toEqual({
    text: "@Ada Moreno now",
    caret: 11,
  });
});

test("whoever was chosen and taken out again is not meant", () => {
  expect(mentionedIn("@Ada Moreno please", [ADA, ADALBERT, ADA])).toEqual([ADA.id]);
  expect(mentionedIn("nobody", [ADA])).toEqual([]);
});
