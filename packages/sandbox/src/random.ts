import type { RandomBytes } from "@trunkline/gateway";

/** True with the given probability, 0 to 1. */
export function chance(random: RandomBytes, probability: number): boolean {
  if (probability <= 0) return false;
  const [a = 0, b = 0, c = 0, d = 0] = random(4);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0 < probability * 2 ** 32;
}

/** A new identifier: `prefix_` and 128 random bits. */
export function newId(prefix: string, random: RandomBytes): string {
  return `${prefix}_${hex(random(16))}`;
}

/** Bytes as lower-case hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
