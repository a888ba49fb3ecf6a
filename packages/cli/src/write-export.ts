import { open } from "node:fs/promises";
import { CommandFailed } from "./command-line/command.ts";

/** The last line of a whole file, with its newline; longer ones are rows. */
const LONGEST_END = 16 * 1024;

/**
 * Writes an export as it comes, for its owner alone.
 *
 * @param path - a file that is not there yet
 * @returns how much it is
 * @throws CommandFailed when the file is there already, or the export was cut off; what came of it stays
 */
export async function writeExport(
  stream: ReadableStream<Uint8Array>,
  path: string,
): Promise<{ bytes: number; rows: number }> {
  const file = await open(path, "wx", 0o600).catch(async (cause: unknown) => {
    await stream.cancel();
    throw new CommandFailed(`${path} cannot be written: it is there already, or its folder is not.`, { cause });
  });
  const decoder = new TextDecoder();
  let bytes = 0;
  let tail = "";
  try {
    for await (const chunk of stream) {
      await file.writeFile(chunk);
      bytes += chunk.byteLength;
      tail = (tail + decoder.decode(chunk, { stream: true })).slice(-LONGEST_END);
    }
  } catch (cause) {
    throw cutOff(path, cause);
  } finally {
    await file.close();
  }
  const rows = readEnd(tail);
  if (rows === null) throw cutOff(path);
  return { bytes, rows };
}

const cutOff = (path: string, cause?: unknown) =>
  new CommandFailed(`The export was cut off; what came of it is in ${path}. Delete that, and export again.`, { cause });

/** The rows that the last line counts; null when it is not the end. */
function readEnd(tail: string): number | null {
  const last = tail.trimEnd().split("\n").at(-1) ?? "";
  if (!tail.endsWith("\n") || !last.startsWith('{"kind":"end"')) return null;
  const { rows } = JSON.parse(last) as { rows: Record<string, number> };
  return Object.values(rows).reduce((sum, count) => sum + count, 0);
}
