import * as z from "zod/mini";
import { id, timestamp } from "./schema.ts";

/** Longest file that can be uploaded, in bytes. Pictures are made smaller before they are kept. */
export const MAX_UPLOAD_BYTES = 10 * 1024 * 1024;

/** Longest file that is kept, in bytes. Source: the most that a carrier takes with one message (Twilio, 5 MB). */
export const MAX_MEDIA_BYTES = 5 * 1024 * 1024;

/** What is kept and sent. The type is told by the content; what a name or a sender says of it counts for nothing. */
export const MEDIA_TYPES = [
  "image/jpeg",
  "image/png",
  "image/gif",
  "video/mp4",
  "video/3gpp",
  "audio/mpeg",
  "audio/mp4",
  "audio/aac",
  "audio/amr",
  "text/vcard",
  "application/pdf",
] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/** A file that was uploaded. A picture has lost all that it told beside what it shows, such as where it was taken. */
export const Media = z.object({
  id: id("med"),
  contentType: z.enum(MEDIA_TYPES),
  bytes: z.int(),
  /** In pixels; null for what is no picture. */
  width: z.nullable(z.int()),
  height: z.nullable(z.int()),
  /** Serves it to whoever has the address, until `expiresAt`; getting the media again gives a new one. */
  url: z.string(),
  /** A small picture of it, served as long; null where there is none. */
  thumbnailUrl: z.nullable(z.string()),
  expiresAt: timestamp,
  createdAt: timestamp,
});
export type Media = z.infer<typeof Media>;
