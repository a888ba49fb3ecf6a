import type { MediaTools } from "../../media/workshop.ts";
import { directoryBlobs } from "./directory-blobs.ts";
import { mediaWorkshop } from "./media-workshop.ts";

/** Keeps files in a directory and works on them on this machine. */
export function mediaTools({ directory }: { directory: string }): MediaTools {
  return { blobs: directoryBlobs(directory), workshop: mediaWorkshop() };
}
