import { type FileHandle, open } from "node:fs/promises";
import type { BlobRange } from "../../media/blob-store.ts";

const CHUNK_BYTES = 64 * 1024;

/**
 * Reads a file, or a part of it. It is opened when somebody begins to read, so that what nobody reads holds nothing, and
 * closed at the end, when somebody cancels, or when reading fails.
 */
export function fileStream(path: string, range?: BlobRange): ReadableStream<Uint8Array> {
  let file: FileHandle | undefined;
  let position = range?.start ?? 0;
  const end = range === undefined ? Number.POSITIVE_INFINITY : range.end + 1;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        file ??= await open(path);
        const length = Math.min(CHUNK_BYTES, end - position);
        const opened = file;
        const { buffer, bytesRead } = await opened
          .read({ buffer: new Uint8Array(length), position })
          .catch(async (error: unknown) => {
            await opened.close();
            throw error;
          });
        position += bytesRead;
        if (bytesRead > 0) controller.enqueue(buffer.subarray(0, bytesRead));
        if (bytesRead > 0 && position < end) return;
        await opened.close();
        controller.close();
      },
      cancel: () => file?.close(),
    },
    { highWaterMark: 0 },
  );
}
