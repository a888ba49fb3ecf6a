import * as z from "zod/mini";
import { cursor, id, limit, text, timestamp, timestampInput } from "./schema.ts";

/** `pending` waits for the number's owner to confirm; `unknown` is a number that nobody said anything about. */
export const OPT_IN_STATES = ["opted_in", "opted_out", "pending", "unknown"] as const;
export type OptInState = (typeof OPT_IN_STATES)[number];

/**
 * How a change came about: `keyword` and `phrase` are texts of the number's owner (a phrase is plain words that a person
 * should confirm), `carrier` is a block that the carrier reported, `number_changed` closes the history of a former owner.
 */
export const OPT_IN_METHODS = [
  "keyword",
  "phrase",
  "double_opt_in",
  "web_form",
  "paper",
  "verbal",
  "api",
  "import",
  "staff",
  "carrier",
  "number_changed",
] as const;
export type OptInMethod = (typeof OPT_IN_METHODS)[number];

/** Methods that a caller may name; the others are the gateway's own. */
export const GIVEN_METHODS = ["web_form", "paper", "verbal", "api", "staff", "number_changed"] as const;

/** What shows that somebody agreed, or withdrew. */
export const Evidence = z.strictObject({
  method: z.enum(GIVEN_METHODS),
  /** The exact words that they agreed to, or with which they withdrew. */
  wording: z.optional(text({ min: 1, max: 2000 })),
  /** Language of the words, as a BCP 47 tag. */
  language: z.optional(text({ min: 2, max: 35 })),
  /** Page or document. */
  url: z.optional(z.url().check(z.maxLength(2000))),
  /** When it happened, when that was earlier than this call. */
  at: z.optional(timestampInput),
  ip: z.optional(text({ min: 2, max: 64 })),
  userAgent: z.optional(text({ min: 1, max: 500 })),
  note: z.optional(text({ min: 1, max: 1000 })),
});
export type Evidence = z.infer<typeof Evidence>;

/** One line of the ledger; entries are added, never changed. `lineId` null speaks for all lines of the tenant. */
export const OptInEntry = z.object({
  id: z.string(),
  number: z.string(),
  lineId: z.nullable(id("line")),
  state: z.enum(OPT_IN_STATES),
  method: z.enum(OPT_IN_METHODS),
  /** When it happened. */
  at: timestamp,
  /** Who recorded it: a user, a key by its name, or the number's owner. */
  by: z.object({
    kind: z.enum(["user", "api", "contact", "system"]),
    id: z.nullable(z.string()),
    name: z.nullable(z.string()),
  }),
  /** The keyword, or the words. */
  wording: z.nullable(z.string()),
  language: z.nullable(z.string()),
  messageId: z.nullable(id("msg")),
  evidence: z.nullable(z.looseObject({})),
  /** False while a person should still say whether the words meant it. */
  certain: z.boolean(),
});
export type OptInEntry = z.infer<typeof OptInEntry>;

/** Where a number stands with a line, or with all lines (`lineId` null). */
export const OptIn = z.object({
  number: z.string(),
  lineId: z.nullable(id("line")),
  state: z.enum(OPT_IN_STATES),
  method: z.nullable(z.enum(OPT_IN_METHODS)),
  /** Plain words were taken for an opt-out, and a person should look. */
  needsReview: z.boolean(),
  /** The carrier blocks the number by itself: only its owner's START lifts that. */
  carrierBlocked: z.boolean(),
  /** Since when; null while nothing is known. */
  since: z.nullable(timestamp),
  updatedAt: z.nullable(timestamp),
});
export type OptIn = z.infer<typeof OptIn>;

export const ListOptIns = z.strictObject({
  limit,
  cursor,
  state: z.optional(z.enum(OPT_IN_STATES)),
  lineId: z.optional(id("line")),
  needsReview: z.optional(z.stringbool()),
  updatedAfter: z.optional(timestampInput),
});
export type ListOptIns = z.infer<typeof ListOptIns>;

/**
 * Records a change. `opted_in` and `pending` need evidence of the owner's own agreement: its wording, its page, or a note;
 * what staff opt out needs a reason. A STOP is lifted by its owner's START, or by later agreement on a form, on paper or
 * by word of mouth whose wording or page is given; for anything less the answer is 409 `conflict`.
 *
 * `pending` asks the owner, who agrees by answering YES; so does `opted_in` where the tenant has `doubleOptIn` on.
 * `unknown` takes back: with the method `staff` words that were taken for an opt-out and were none, or an opt-out that
 * staff recorded; with `number_changed` all that a former owner of the number said.
 */
export const PutOptIn = z.strictObject({
  /** In any notation; without a country code, as in the country of the line, or of the tenant's lines if they share one. */
  number: text({ min: 1, max: 64 }),
  /** Absent or null: for all lines. */
  lineId: z.optional(z.nullable(id("line"))),
  state: z.enum(OPT_IN_STATES),
  evidence: Evidence,
});
export type PutOptIn = z.infer<typeof PutOptIn>;

const numbers = z.array(text({ min: 1, max: 64 })).check(z.minLength(1), z.maxLength(100));

/** Entries of a number's history in one answer; the export has all. */
export const MAX_HISTORY = 100;

/** Numbers travel in the body, so that no address or log holds them. With `lineId` only what holds for that line is told. */
export const LookUpOptIns = z.strictObject({ numbers, lineId: z.optional(id("line")) });
export type LookUpOptIns = z.infer<typeof LookUpOptIns>;

/**
 * One number as asked for, in its canonical form: where it stands (for all lines first, then line by line), and the
 * latest 100 entries of its history, newest first. Of a number whose conversations the caller does not see both are empty.
 */
export const OptInLookUp = z.object({
  data: z.array(z.object({ number: z.string(), optIns: z.array(OptIn), history: z.array(OptInEntry) })),
});
export type OptInLookUp = z.infer<typeof OptInLookUp>;

/** Entries in one import. */
export const MAX_IMPORTED = 10_000;

/**
 * Either `entries`, or `csv` with a header line, of which `number` and `state` must be there: number, state, method, at,
 * wording, language, url, note, lineId. An export can be imported as it is. Nobody is texted, also not those who are
 * `pending`. Entries count by their `at` (now where there is none), so that older ones override nothing; without `at`
 * none lifts an opt-out. The same file once more records nothing.
 */
export const ImportOptIns = z
  .strictObject({
    entries: z.optional(z.array(PutOptIn).check(z.minLength(1), z.maxLength(MAX_IMPORTED))),
    csv: z.optional(text({ min: 1, max: 4_000_000 })),
  })
  .check(
    z.refine(({ entries, csv }) => (entries === undefined) !== (csv === undefined), "give either `entries` or `csv`"),
  );
export type ImportOptIns = z.infer<typeof ImportOptIns>;

/**
 * What became of each entry, by its place from 0 (in a table: the first line under the header). `kept`: it is known
 * already, or what is known is later or weighs more.
 */
export const OptInImport = z.object({
  counts: z.object({ recorded: z.int(), kept: z.int(), refused: z.int() }),
  refused: z.array(z.object({ index: z.int(), code: z.string(), message: z.string() })),
  kept: z.array(z.int()),
});
export type OptInImport = z.infer<typeof OptInImport>;

export const ExportOptIns = z.strictObject({
  format: z.optional(z.enum(["csv", "ndjson"])),
  /** `current`: where every number stands; `history`: every entry. @default "current" */
  what: z.optional(z.enum(["current", "history"])),
});
export type ExportOptIns = z.infer<typeof ExportOptIns>;
