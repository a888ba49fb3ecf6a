import { type FileHandle, open } from "node:fs/promises";
import type { BlobRange } from "../../media/blob-store.ts";

const CHUNK_BYTES = 64 * 1024;

/** Reads an open file, or a part of it, and closes it at the end, when somebody cancels, or when reading fails. */
export function fileStream(file: FileHandle, range?: BlobRange): ReadableStream<Uint8Array> {
  let position = range?.start ?? 0;
  const end = range === undefined ? Number.POSITIVE_INFINITY : range.end + 1;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const length = Math.min(CHUNK_BYTES, end - position);
        const { buffer, bytesRead } = await file
          .read({ buffer: new Uint8Array(length), position })
          .catch(async (error: unknown) => {
            await file.close();
            throw error;
          });
        position += bytesRead;
        if (bytesRead > 0) controller.enqueue(buffer.subarray(0, bytesRead));
        if (bytesRead > 0 && position < end) return;
        await file.close();
        controller.close();
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  );
}

/** The same for a file that is opened when somebody begins to read. */
export function lazyFileStream(path: string): ReadableStream<Uint8Array> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        reader ??= fileStream(await open(path)).getReader();
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader?.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
