import type { MediaTools } from "../../media/workshop.ts";
import { directoryBlobs } from "./directory-blobs.ts";
import { mediaWorkshop } from "./media-workshop.ts";
import { type S3BlobsOptions, s3Blobs } from "./s3-blobs.ts";

/** Keeps files in a directory, or in a bucket, and works on them on this machine. */
export function mediaTools(place: { directory: string } | { s3: S3BlobsOptions }): MediaTools {
  const blobs = "s3" in place ? s3Blobs(place.s3) : directoryBlobs(place.directory);
  return { blobs, workshop: mediaWorkshop() };
}
