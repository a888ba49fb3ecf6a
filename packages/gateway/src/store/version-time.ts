import { type RawBuilder, sql } from "kysely";

/**
 * The `updated_at` of a changed row: now, or a millisecond after the row's last change, whichever is later. It strictly
 * increases even when two changes fall into one millisecond or the clock steps back, so clients can tell versions apart.
 */
export const nextVersion = (now: number): RawBuilder<Date> =>
  sql<Date>`greatest(${new Date(now)}::timestamptz, updated_at + interval '1 millisecond')`;
