import type { BlobRange } from "./blob-store.ts";

/**
 * The part of a file that a `Range` header asks for: null for the whole, `unsatisfiable` for what lies beyond its end.
 * Several parts at once, and what is no range of bytes, get the whole, as RFC 9110 §14.2 allows.
 */
export function readRange(header: string | null, bytes: number): BlobRange | "unsatisfiable" | null {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return null;
  if (first === "") {
    const count = Math.min(Number(last), bytes);
    return count === 0 ? "unsatisfiable" : { start: bytes - count, end: bytes - 1 };
  }
  const start = Number(first);
  const end = last === "" ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== "" && Number(last) < start) return null; // no range at all
  return start < bytes ? { start, end } : "unsatisfiable";
}
