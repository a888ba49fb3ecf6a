import type { FetchedCall } from "./fetched-calls.ts";
import type { MediaCalls } from "./parts/media.ts";

/** Files that texts carry: pictures, films, sounds, vCards and PDF. */
export interface MediaResource {
  /**
   * Uploads a file of at most 10 MB, a `File` of a form or any other `Blob`. Pictures come out smaller and without what a camera
   * wrote into them. What no text carries is removed after a day. Rejects with `media_not_accepted`, `body_too_large`, and
   * with `media_not_set_up` where the gateway has no place for files.
   */
  upload: MediaCalls["uploadMedia"];
  /** A file's facts, with an address that serves it until `expiresAt`. */
  get: MediaCalls["getMedia"];
}

export function mediaResource(call: FetchedCall): MediaResource {
  return { upload: call("uploadMedia"), get: call("getMedia") };
}
