import type { SendAt, TemplateId, UserRef } from "@trunkline/protocol";
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

/** Words of one's own, or those of a template with a value for each of its variables that has no default. */
type Words =
  | {
      /** At most 1,600 UTF-16 code units. */
      text: string;
      templateId?: undefined;
      variables?: undefined;
      locale?: undefined;
    }
  | {
      text?: undefined;
      templateId: TemplateId;
      variables?: Record<string, string> | undefined;
      /** Which variant of the template, as a BCP 47 tag; the nearest one is taken. */
      locale?: string | undefined;
    };

/** A note for colleagues, into a conversation. It never leaves. */
interface NoteContent {
  kind: "note";
  /** At most 1,600 UTF-16 code units. */
  text: string;
  /** Whom it means: users who see the conversation; they hear `mention.created`. */
  mentions?: UserRef[] | undefined;
  metadata?: Record<string, string> | undefined;
  templateId?: undefined;
  variables?: undefined;
  locale?: undefined;
  sendAt?: undefined;
}

/** What a text says, and when it leaves; or a note. */
export type MessageContent =
  | (Words & {
      kind?: "text" | undefined;
      mentions?: undefined;
      /** An instant with `Z` or an offset, or `{ local, timeZone }`: later than now and within a year. Absent: at once. */
      sendAt?: SendAt | undefined;
      metadata?: Record<string, string> | undefined;
    })
  | NoteContent;
