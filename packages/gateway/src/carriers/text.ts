import { toBase64 } from "../bytes.ts";

/*
 * What several vendors have in common when they write numbers, times and secrets.
 */

/** The value of HTTP Basic authentication (RFC 7617). */
export const basicAuth = (user: string, password: string): string =>
  `Basic ${toBase64(new TextEncoder().encode(`${user}:${password}`))}`;

/** A time as vendors write it, in milliseconds; null for anything else. */
export function timeOf(text: string | null | undefined): number | null {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? null : time;
}

/** A vendor's address, without a slash at the end. */
export const trimSlash = (address: string): string => address.replace(/\/+$/, "");

/** Our reference out of the query of an address that we gave a carrier; null when there is none. */
export const referenceIn = (url: string): string | null => new URL(url).searchParams.get("reference");

/** An address that brings our reference back. */
export const withReference = (address: string, reference: string): string =>
  `${address}?reference=${encodeURIComponent(reference)}`;
