import { SettingRefused, variableName } from "../settings.ts";
import type { S3BlobsOptions } from "./s3-blobs.ts";

/** The bucket for files as a program's settings, by whose names they are told in messages. */
export interface MediaSettingValues {
  /** Address of the bucket. */
  readonly mediaS3Url?: string;
  readonly mediaS3AccessKeyId?: string;
  readonly mediaS3SecretAccessKey?: string;
  /** Where the address does not tell it. */
  readonly mediaS3Region?: string;
}

const NAMES = [
  "mediaS3Url",
  "mediaS3AccessKeyId",
  "mediaS3SecretAccessKey",
  "mediaS3Region",
] as const satisfies (keyof MediaSettingValues)[];

/**
 * Reads which bucket the settings describe; undefined when they describe none.
 *
 * @throws SettingRefused when one is missing, or the address is none
 */
export function mediaBucket(given: MediaSettingValues): S3BlobsOptions | undefined {
  const present = NAMES.find((name) => given[name] !== undefined);
  if (present === undefined) return undefined;
  const { mediaS3Url: url, mediaS3AccessKeyId: accessKeyId, mediaS3SecretAccessKey: secretAccessKey } = given;
  if (url === undefined || accessKeyId === undefined || secretAccessKey === undefined) {
    const missing = NAMES.find((name) => given[name] === undefined) ?? "mediaS3Url";
    throw new SettingRefused(`${variableName(present)} is set, but ${variableName(missing)} is not.`);
  }
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new SettingRefused(
      `${variableName("mediaS3Url")} must be the address of a bucket, such as https://s3.example.com/bucket.`,
    );
  }
  return { url, accessKeyId, secretAccessKey, ...(given.mediaS3Region ? { region: given.mediaS3Region } : {}) };
}
