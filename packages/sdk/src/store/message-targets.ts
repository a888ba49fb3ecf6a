import type { ListOptions } from "../resources/listing.ts";

/** Which part of a conversation, and in which order. At most one of the three sequences. */
export interface MessageRange extends ListOptions {
  /** @default "desc", the newest first */
  order?: "asc" | "desc" | undefined;
  beforeSequence?: number | undefined;
  afterSequence?: number | undefined;
  aroundSequence?: number | undefined;
}

/** A line's number or sender id, and the number to text. */
export interface SendTarget {
  from: string;
  to: string;
}
