import { type MediaSettingValues, mediaBucket, s3Blobs } from "@trunkline/gateway/node";
import { SettingRefused } from "@trunkline/gateway/node/settings";
import { broken, type Check, type Finding, notNeeded, ok } from "./check.ts";
import { examine } from "./examine.ts";

/** Everything that is looked at of the place where files of texts are kept. */
export const MEDIA_CHECKS: readonly Check<MediaSettingValues>[] = [
  {
    id: "media.bucket",
    about: "The bucket for files takes a file, gives it back and removes it.",
    needs: [],
    link: "docs/media.md#in-a-bucket",
    async run(settings) {
      try {
        const bucket = mediaBucket(settings);
        if (!bucket) return notNeeded("Files are kept in the data directory.");
        await s3Blobs(bucket).check();
        return ok("A small object was put there and removed again.");
      } catch (error) {
        if (error instanceof SettingRefused)
          return broken(error.message, "Set it, or leave out all --media-s3-… options.");
        if (!(error instanceof Error)) throw error;
        return broken(
          error.message,
          "Compare --media-s3-url, the region and the access key with the store's own; the key must be allowed to list the bucket and to get, put and delete objects.",
        );
      }
    },
  },
];

/** Looks at where files of texts are kept. */
export function examineMedia(settings: MediaSettingValues, only?: readonly string[]): Promise<Finding[]> {
  return examine({
    checks: MEDIA_CHECKS,
    ground: settings,
    trouble: () => null,
    ...(only === undefined ? {} : { only }),
  });
}
