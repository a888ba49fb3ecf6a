import { readNumber } from "@trunkline/protocol/phone-number";
import { describe, expect, test } from "vitest";
import { ACCOUNTS, ACTIVITIES, DEALS } from "./accounts.ts";
import { FRONT_DESK } from "./front-desk.ts";
import { PEOPLE, type Person, STAFF } from "./people.ts";
import { parseAgo, timeline } from "./timeline.ts";
import { WORKSHOP } from "./workshop.ts";

const threads = [...FRONT_DESK, ...WORKSHOP];
const people: readonly Person[] = PEOPLE;

describe("the story of the demo", () => {
  test("has a few dozen conversations, one per person and line", () => {
    expect(threads.length).toBeGreaterThanOrEqual(30);
    const keys = threads.map((thread) => `${thread.line} ${thread.with}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("texts only numbers that a gateway accepts, each owned by one person", () => {
    const numbers = people.map(({ number }) => number);
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const number of numbers) expect(readNumber(number)).toMatchObject({ kind: "phone", number });
  });

  test("uses numbers set aside for fiction wherever it is in North America", () => {
    const northAmerican = people.map(({ number }) => number).filter((number) => number.startsWith("+1"));
    expect(northAmerican.length).toBeGreaterThan(10);
    for (const number of northAmerican) expect(number).toMatch(/^\+1\d{3}55501\d{2}$/);
  });

  test("tells each thread in the order in which it happened, nothing in the future", () => {
    for (const thread of threads) {
      const ages = thread.messages.map(([, ago]) => parseAgo(ago));
      expect(ages, thread.with).toEqual(ages.toSorted((a, b) => b - a));
      expect(Math.min(...ages), thread.with).toBeGreaterThan(0);
    }
    const steps = timeline(threads);
    expect(steps).toHaveLength(threads.reduce((sum, thread) => sum + thread.messages.length, 0));
    expect(steps.map(({ agoMs }) => agoMs)).toEqual(steps.map(({ agoMs }) => agoMs).toSorted((a, b) => b - a));
  });

  test("leaves unread only what came from customers after the last answer", () => {
    for (const { unread = 0, messages, with: id } of threads) {
      const afterLastAnswer = messages.length - 1 - messages.findLastIndex(([from]) => from !== "them");
      expect(unread, id).toBeLessThanOrEqual(afterLastAnswer);
    }
    expect(threads.filter(({ unread = 0 }) => unread > 0).length).toBeGreaterThan(5);
  });

  test("lets nobody write on a line that is not theirs", () => {
    for (const { line, messages } of threads)
      for (const [from] of messages)
        if (from !== "them") expect(STAFF.find(({ id }) => id === from)?.lines).toContain(line);
  });

  test("speaks at least ten languages, two of them from right to left", () => {
    const languages = new Set(people.map(({ language }) => language.slice(0, 2)));
    for (const needed of ["en", "es", "fr", "de", "pt", "ja", "zh", "hi", "ar", "he"])
      expect(languages).toContain(needed);
  });

  test("files every contact, deal and activity under something that exists", () => {
    const accountIds = ACCOUNTS.map(({ id }) => id);
    for (const { accountId } of people) if (accountId !== undefined) expect(accountIds).toContain(accountId);
    for (const { accountId } of DEALS) expect(accountIds).toContain(accountId);
    for (const account of accountIds) expect(people.map(({ accountId }) => accountId)).toContain(account);
    for (const { ago } of ACTIVITIES) expect(parseAgo(ago)).toBeGreaterThan(0);
    expect(new Set(DEALS.map(({ id }) => id)).size).toBe(DEALS.length);
  });

  test("refuses a time that it cannot read", () => {
    expect(parseAgo("1d 2h 3m")).toBe(93_780_000);
    expect(() => parseAgo("soon")).toThrow(/soon/);
  });
});
