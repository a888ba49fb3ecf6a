import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Journal } from "../journal.ts";
import { openFileJournal } from "./file-journal.ts";

interface Entry {
  n: number;
  text?: string;
}

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "trunkline-journal-"));
  path = join(folder, "world.ndjson");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function replayed(journal: Journal<Entry>): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of journal.replay()) entries.push(entry);
  return entries;
}

async function read(): Promise<Entry[]> {
  const journal = await openFileJournal<Entry>(path);
  return replayed(journal).finally(() => journal.close());
}

test("what was appended comes back in order, whoever appended at the same time", async () => {
  const journal = await openFileJournal<Entry>(path);
  const numbers = Array.from({ length: 500 }, (_, n) => n);
  await Promise.all(numbers.map((n) => journal.append([{ n }, { n: n + 0.5, text: "line\nbreak\u2028" }])));
  await journal.close();
  expect((await read()).map(({ n }) => n)).toEqual(numbers.flatMap((n) => [n, n + 0.5]));
});

test("a file that was cut anywhere gives the whole entries before the cut, and goes on from there", async () => {
  const journal = await openFileJournal<Entry>(path);
  await journal.append(Array.from({ length: 20 }, (_, n) => ({ n, text: "é".repeat(n) })));
  await journal.close();
  const whole = await readFile(path);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (cut) => {
      await writeFile(path, whole.subarray(0, cut));
      const kept = whole.subarray(0, cut).toString("latin1").split("\n").length - 1;
      const again = await openFileJournal<Entry>(path);
      expect(await replayed(again)).toHaveLength(kept);
      await again.append([{ n: 99 }]);
      await again.close();
      const entries = await read();
      expect(entries).toHaveLength(kept + 1);
      expect(entries.at(-1)).toEqual({ n: 99 });
    }),
    { numRuns: 60 },
  );
});

test("a damaged line is named, not passed over", async () => {
  await writeFile(path, '{"n":1}\nrubbish\n{"n":2}\n');
  await expect(read()).rejects.toThrow(/line 2 /);
});
