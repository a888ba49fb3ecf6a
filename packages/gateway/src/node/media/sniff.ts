import { open } from "node:fs/promises";
import type { MediaType } from "@trunkline/protocol";
import { fileTypeFromBuffer } from "file-type";

/** What a file is by its content. `picture` is drawn anew, whatever format it had; the rest is kept as it is. */
export type Sniffed =
  | { readonly kind: "picture"; readonly format: "jpeg" | "png" | "gif" | "webp" }
  | { readonly kind: "other"; readonly contentType: MediaType }
  | { readonly kind: "refused"; readonly found: string | null };

/** So much of a file tells what it is. */
const HEAD_BYTES = 64 * 1024;

const PICTURES: ReadonlyMap<string, "jpeg" | "png" | "gif" | "webp"> = new Map([
  ["image/jpeg", "jpeg"],
  ["image/png", "png"],
  ["image/apng", "png"],
  ["image/gif", "gif"],
  ["image/webp", "webp"],
]);

const OTHERS: ReadonlyMap<string, MediaType> = new Map([
  ["video/mp4", "video/mp4"],
  ["video/x-m4v", "video/mp4"],
  ["video/3gpp", "video/3gpp"],
  ["video/3gpp2", "video/3gpp"],
  ["audio/mpeg", "audio/mpeg"],
  ["audio/mp4", "audio/mp4"],
  ["audio/x-m4a", "audio/mp4"],
  ["audio/aac", "audio/aac"],
  ["audio/amr", "audio/amr"],
  ["text/vcard", "text/vcard"],
  ["application/pdf", "application/pdf"],
]);

/** Tells what a file is. Its name and what its sender called it are not asked. */
export async function sniff(path: string): Promise<Sniffed> {
  const head = await readHead(path);
  const found = (await fileTypeFromBuffer(head).catch(() => undefined))?.mime ?? null;
  const format = found === null ? undefined : PICTURES.get(found);
  if (format) return { kind: "picture", format };
  const contentType = found === null ? undefined : OTHERS.get(found);
  return contentType ? { kind: "other", contentType } : { kind: "refused", found };
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: new Uint8Array(HEAD_BYTES), position: 0 });
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
