import type { OptionSpecs } from "./command-line/command.ts";

/** The bucket that keeps the files of texts, instead of the data directory. */
export const MEDIA_OPTIONS = {
  mediaS3Url: {
    type: "string",
    about: "Bucket of an S3-compatible store that keeps files of texts, such as https://s3.example.com/bucket.",
    value: "URL",
  },
  mediaS3AccessKeyId: { type: "string", about: "Access key for that bucket.", value: "ID" },
  mediaS3SecretAccessKey: { type: "string", about: "The secret of that access key.", value: "SECRET", secret: true },
  mediaS3Region: {
    type: "string",
    about: "Region that requests are signed for; as a rule the address tells it.",
    value: "REGION",
  },
} as const satisfies OptionSpecs;
