import type { Media, MediaId } from "@trunkline/protocol";
import type { Http } from "../../http.ts";
import type { CallOptions } from "../call-options.ts";
import { pathOf } from "../collection.ts";

/** What is fetched when a file is first uploaded or asked for. */
export interface MediaCalls {
  uploadMedia(file: Blob, options?: CallOptions): Promise<Media>;
  getMedia(id: MediaId, options?: CallOptions): Promise<Media>;
}

const PATH = "v1/media";
/** A file takes longer than words: what one may take that sends slowly, in milliseconds. */
const UPLOAD_TIMEOUT_MS = 120_000;

export function mediaCalls(http: Http): MediaCalls {
  return {
    uploadMedia(file, options) {
      const body = new FormData();
      body.set("file", file);
      return http.call({ method: "POST", path: PATH, body }, { timeoutMs: UPLOAD_TIMEOUT_MS, ...options });
    },
    getMedia: (id, options) => http.call({ method: "GET", path: pathOf(PATH, id) }, options),
  };
}
