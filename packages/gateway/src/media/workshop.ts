import type { MediaType } from "@trunkline/protocol";
import type { BlobStore } from "./blob-store.ts";

/** One form of a file, ready to be kept. */
export interface FinishedFile {
  readonly contentType: string;
  readonly bytes: number;
  open(): ReadableStream<Uint8Array>;
}

/** A file that may be sent, without anything that it told beside its content. */
export interface FinishedMedia extends FinishedFile {
  readonly contentType: MediaType;
  /** In pixels; null for what is no picture. */
  readonly width: number | null;
  readonly height: number | null;
  readonly thumbnail: FinishedFile | null;
}

/** Makes files of strangers harmless. What it keeps meanwhile is of bounded size, and gone when `use` has ended. */
export interface MediaWorkshop {
  /**
   * Reads the one file of a multipart request and prepares it for sending.
   *
   * @param party - whose file it is: of those who wait, each has its turn
   * @throws Refusal unsupported_media_type, malformed_request, body_too_large, invalid_input, media_not_accepted, unavailable
   */
  receive<Result>(request: Request, party: string, use: (media: FinishedMedia) => Promise<Result>): Promise<Result>;
}

/** What a gateway needs to keep files. */
export interface MediaTools {
  readonly blobs: BlobStore;
  readonly workshop: MediaWorkshop;
}

/** The type of every thumbnail. */
export const THUMBNAIL_TYPE = "image/jpeg";
