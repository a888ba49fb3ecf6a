import { ID_PREFIXES, type Id, type IdKind } from "@trunkline/protocol";
import { toBase64Url } from "./bytes.ts";
import type { Clock } from "./clock.ts";

/** Source of random bytes; `crypto.getRandomValues` in production, a seeded one where a run must be repeatable. */
export type RandomBytes = (count: number) => Uint8Array;

/** Bytes from the platform's cryptographic generator. */
export const platformRandom: RandomBytes = (count) => crypto.getRandomValues(new Uint8Array(count));

type IdOf<Kind extends IdKind> = Id<(typeof ID_PREFIXES)[Kind]>;

/** Makes identifiers: `ids("message")` is a new `msg_…`. */
export type Ids = <Kind extends IdKind>(kind: Kind) => IdOf<Kind>;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"; // Crockford's base 32: no i, l, o, u

/**
 * Identifiers that sort by the time they were made: 48 bits of milliseconds, then 80 random bits, in base 32. Within a
 * millisecond one source counts upwards, so that its own ids stay in order.
 */
export function idSource(clock: Clock, random: RandomBytes): Ids {
  let lastTime = -1;
  let tail: number[] = [];
  return (kind) => {
    const time = Math.max(clock.now(), lastTime);
    tail = time === lastTime ? increment(tail) : Array.from(random(16), (byte) => byte & 31);
    lastTime = time;
    return `${ID_PREFIXES[kind]}_${encodeTime(time)}${tail.map((digit) => ALPHABET[digit]).join("")}` as IdOf<
      typeof kind
    >;
  };
}

function encodeTime(time: number): string {
  let rest = time;
  let text = "";
  for (let place = 0; place < 10; place++) {
    text = ALPHABET[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function increment(digits: number[]): number[] {
  const next = [...digits];
  for (let place = next.length - 1; place >= 0; place--) {
    const digit = next[place] ?? 0;
    next[place] = (digit + 1) % 32;
    if (digit < 31) break;
  }
  return next;
}

/** A secret of 256 random bits with its kind in front: `tlk_…`, in base64url without padding. */
export function newSecret(prefix: "tlo" | "tlk" | "tls", random: RandomBytes): string {
  return `${prefix}_${toBase64Url(random(32))}`;
}
