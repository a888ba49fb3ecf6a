import { hmac, toHex } from "../bytes.ts";

/** HMAC-SHA256 of bytes, as lower-case hexadecimal. */
export async function hmacSha256Hex(secret: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(await hmac("SHA-256", new TextEncoder().encode(secret), bytes));
}

/** Compares two texts in a time that does not tell how far they agree. */
export function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index++) {
    difference |= a.charCodeAt(index) ^ b.charCodeAt(index % Math.max(1, b.length));
  }
  return difference === 0;
}
