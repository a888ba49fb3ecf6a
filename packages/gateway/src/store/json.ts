import { type RawBuilder, sql } from "kysely";

/** A value as jsonb. Drivers disagree on arrays and strings, so it always travels as text. */
export function json<Value>(value: Value): RawBuilder<Value> {
  return sql<Value>`${JSON.stringify(value)}::text::jsonb`;
}
