import { type FileHandle, open } from "node:fs/promises";
import type { Journal } from "../journal.ts";

/**
 * A journal in a file, one JSON entry a line, only ever appended to. `append` resolves after fdatasync; what comes in
 * meanwhile is written in one go. A last line without its end was never answered, and is cut off.
 * The file holds keys and people's texts, so only its owner may read it.
 */
export async function openFileJournal<Entry>(path: string): Promise<Journal<Entry>> {
  const file = await open(path, "a+", 0o600);
  let waiting: { text: string; resolve: () => void; reject: (error: unknown) => void }[] = [];
  let writing: Promise<void> | undefined;
  let failure: unknown;

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        if (failure) throw failure; // after a failed write the file's end is not known: nothing may follow it
        await file.appendFile(batch.map(({ text }) => text).join(""));
        await file.datasync();
        for (const { resolve } of batch) resolve();
      } catch (error) {
        failure = error;
        for (const { reject } of batch) reject(error);
      }
    }
    writing = undefined;
  }

  return {
    append: (entries) =>
      new Promise((resolve, reject) => {
        const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
        waiting.push({ text, resolve, reject });
        writing ??= write();
      }),
    async *replay() {
      await cutTornLine(file);
      let number = 0;
      for await (const line of linesOf(file)) {
        number++;
        try {
          yield JSON.parse(line) as Entry; // written by `append` and by nobody else
        } catch (cause) {
          throw new Error(`line ${number} of the journal ${path} is damaged`, { cause });
        }
      }
    },
    async close() {
      await writing;
      await file.close();
    },
  };
}

// Not node:readline, which also ends a line at U+2028: that may stand inside of a JSON string.
async function* linesOf(file: FileHandle): AsyncGenerator<string> {
  let rest = "";
  for await (const part of file.createReadStream({ start: 0, autoClose: false, encoding: "utf8" })) {
    const lines = (rest + String(part)).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

const LINE_END = 0x0a;
const CHUNK = 65_536;

async function cutTornLine(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  let end = size;
  while (end > 0) {
    const start = Math.max(0, end - CHUNK);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    const last = buffer.subarray(0, bytesRead).lastIndexOf(LINE_END);
    if (last >= 0) {
      end = start + last + 1;
      break;
    }
    end = start;
  }
  if (end < size) await file.truncate(end);
}
