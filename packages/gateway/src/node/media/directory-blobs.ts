import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { access, constants, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import type { BlobStore } from "../../media/blob-store.ts";
import { blobKeyNames } from "./blob-key.ts";
import { fileStream } from "./file-stream.ts";

/**
 * Keeps blobs as files below a directory, which is made when it is needed. A file gets its name when it is whole, so that a
 * crash leaves none that is cut short.
 */
export function directoryBlobs(directory: string): BlobStore {
  return {
    async put(key, { content }) {
      const path = pathOf(directory, key);
      const partial = `${path}.${randomUUID()}.part`;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      try {
        const stream = Readable.fromWeb(content as NodeReadableStream<Uint8Array>);
        await pipeline(stream, createWriteStream(partial, { mode: 0o600, flush: true }));
        await rename(partial, path);
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
    },
    async get(key, range) {
      const path = pathOf(directory, key);
      return (await isThere(path)) ? fileStream(path, range) : null;
    },
    async delete(key) {
      await rm(pathOf(directory, key), { force: true });
    },
    async clear(prefix) {
      await rm(pathOf(directory, prefix.replace(/\/$/, "")), { recursive: true, force: true });
    },
    async check() {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    },
  };
}

function pathOf(directory: string, key: string): string {
  return join(directory, ...blobKeyNames(key));
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}
