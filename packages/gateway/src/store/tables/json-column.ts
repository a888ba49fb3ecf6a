import type { ColumnType } from "kysely";

/** jsonb: read as the value, written with `json()`. */
export type Json<Value extends object> = ColumnType<Value, Value, Value>;
