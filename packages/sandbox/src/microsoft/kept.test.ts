import { expect, test } from "vitest";
import { memoryJournal } from "../journal.ts";
import { WorldMemory } from "../memory.ts";
import type { WorldEntry } from "../state.ts";
import { forgetfulKeeper } from "./kept.ts";

test("what a world keeps of Microsoft 365 is in the journal before it may be told, and comes back in order", async () => {
  const journal = memoryJournal<WorldEntry>();
  const memory = new WorldMemory(journal);
  const map = memory.microsoft.map<{ n: number }>("codes");
  map.set("b", { n: 1 });
  map.set("a", { n: 2 });
  map.set("b", { n: 3 });
  map.set("c", { n: 4 });
  map.delete("c");
  map.delete("never there");
  await memory.durable();
  expect(journal.entries).toHaveLength(5);

  const again = new WorldMemory(memoryJournal(JSON.parse(JSON.stringify(journal.entries)) as WorldEntry[]));
  await again.replay();
  expect(again.microsoft.map("codes").values()).toEqual([{ n: 3 }, { n: 2 }]);
  expect(again.microsoft.map("codes").get("c")).toBeUndefined();
  expect(again.microsoft.map("tokens").values()).toEqual([]);
});

test("a journal that fails is heard of by whoever waits for it", async () => {
  const full = { ...memoryJournal<WorldEntry>(), append: () => Promise.reject(new Error("the disk is full")) };
  const memory = new WorldMemory(full);
  memory.microsoft.map("codes").set("a", 1);
  await expect(memory.durable()).rejects.toThrow("the disk is full");
});

test("a keeper that forgets has one map for each name all the same", () => {
  const keeper = forgetfulKeeper();
  keeper.map("a").set("key", 1);
  expect(keeper.map("a").get("key")).toBe(1);
  expect(keeper.map("b").get("key")).toBeUndefined();
});
