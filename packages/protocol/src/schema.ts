import * as z from "zod/mini";
import { type Id, type IdPrefix, idPattern } from "./ids.ts";
import { isStorableText } from "./text.ts";

/*
 * The parts that schemas are made of. Requests are strict: a field that is not known is refused. Answers are open: a
 * client keeps what a newer gateway adds.
 */

/** An identifier of one kind; its TypeScript type is branded by the prefix. */
export function id<Prefix extends IdPrefix>(prefix: Prefix): z.ZodMiniType<Id<Prefix>, Id<Prefix>> {
  const schema = z.string().check(z.regex(idPattern(prefix), `must be an id of the form ${prefix}_…`));
  return schema as unknown as z.ZodMiniType<Id<Prefix>, Id<Prefix>>; // the pattern is the proof that the type asks for
}

/** Text of `min` to `max` UTF-16 code units that PostgreSQL can hold. One that must not be empty must not be blank either. */
export function text({ min = 0, max }: { min?: number; max: number }) {
  return z.string().check(
    z.minLength(min, min === 1 ? "must not be empty" : `must have at least ${min} characters`),
    z.maxLength(max, `must have at most ${max} characters`),
    z.refine(isStorableText, "must not hold NUL or half a surrogate pair"),
    z.refine((value) => min === 0 || value === "" || value.trim() !== "", "must hold more than white space"),
  );
}

/** A BCP 47 language tag such as `es` or `pt-BR`. */
export const languageTag = z
  .string()
  .check(
    z.maxLength(35, "must have at most 35 characters"),
    z.regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/, "must be a language tag such as es or pt-BR"),
  );

/** A user by our id or by `ext:<externalId>`. */
export const userRef = z
  .string()
  .check(z.regex(/^(usr_[0-9a-hjkmnp-tv-z]{26}|ext:.{1,200})$/su, "a user id or ext:<externalId>"));

/** A time as ISO 8601 in UTC with milliseconds, as every answer has it. */
export const timestamp = z.iso.datetime({ precision: 3 });

/** A time in a request: ISO 8601 with `Z` or an offset. PostgreSQL knows no year 0. */
export const timestampInput = z.iso
  .datetime({ offset: true })
  .check(z.refine((time) => !time.startsWith("0000"), "must be in the year 1 or later"));

/** A whole number in a query string, written in digits alone: `Number` would also read `1e2`, `0x10` and blanks. */
const digits = (min: number, max: number) =>
  z.pipe(
    z.string().check(z.regex(/^\d{1,10}$/, "must be a whole number, in digits")),
    z.pipe(z.transform(Number), z.int().check(z.gte(min), z.lte(max))),
  );

/** A page's size in a query string: 1 to 200, 50 when absent. */
export const limit = z.optional(digits(1, 200));

/** Where a page goes on; it may hold a name of 100 characters that JSON writes with six each. */
export const cursor = z.optional(z.string().check(z.minLength(1), z.maxLength(1500)));

/** Highest sequence of a conversation: a signed 32-bit number. */
export const MAX_SEQUENCE = 2 ** 31 - 1;

/** A position in a conversation, in a query string. */
export const sequenceInput = z.optional(digits(0, MAX_SEQUENCE));

/** Values by name that the owner of an application keeps beside one of our resources: at most 50, and never read by us. */
export const metadata = z
  .record(text({ min: 1, max: 64 }), text({ max: 500 }))
  .check(z.refine((value) => Object.keys(value).length <= 50, "must have at most 50 entries"));

/** The answer of a list: newest first unless its route says otherwise; `nextCursor` is null on the last page. */
export function page<Item extends z.ZodMiniType>(item: Item) {
  return z.object({ data: z.array(item), nextCursor: z.nullable(z.string()) });
}

/** One page of a list as it travels. */
export interface Page<Item> {
  data: Item[];
  nextCursor: string | null;
}
