import { createHash, randomUUID } from "node:crypto";
import { AwsClient } from "aws4fetch";
import type { BlobStore } from "../../media/blob-store.ts";
import { blobKeyNames } from "./blob-key.ts";

export interface S3BlobsOptions {
  /** Address of the bucket, by path or by name: `https://s3.example.com/bucket`, `https://bucket.s3.eu-central-1.amazonaws.com`. */
  url: string;
  accessKeyId: string;
  secretAccessKey: string;
  /**
   * Region that requests are signed for.
   * @default what an address of Amazon's tells, otherwise "us-east-1", which most others take
   */
  region?: string;
}

/** Longest wait for the head of an answer, in milliseconds. How long its content takes is up to whoever reads it. */
const ANSWER_MS = 30_000;
/** Times that a request is sent again when the store says that it is busy or failed. */
const RETRIES = 3;

/**
 * Keeps blobs in a bucket of any store that speaks S3. It uses PutObject, GetObject, DeleteObject and ListObjectsV2 alone, signed
 * with version 4, and leaves to the bucket who else may read it: nobody should.
 *
 * A blob is held in memory while it is put, because S3 wants its length and its hash first: texts carry 5 MB at most.
 * Source: Amazon S3 API Reference, read 2026-11-23.
 *
 * @throws TypeError when `url` is not one of http or https, or has a query
 */
export function s3Blobs({ url, accessKeyId, secretAccessKey, region }: S3BlobsOptions): BlobStore {
  const bucket = bucketAddress(url);
  const signer = new AwsClient({
    accessKeyId,
    secretAccessKey,
    service: "s3",
    region: region ?? regionOf(bucket),
    retries: RETRIES,
  });

  async function ask(method: string, target: string, init: RequestInit = {}): Promise<Response> {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), ANSWER_MS);
    try {
      return await signer.fetch(`${bucket}/${target}`, { ...init, method, signal: controller.signal });
    } catch (cause) {
      const why = controller.signal.aborted ? `it did not answer within ${ANSWER_MS / 1000} s` : reasonOf(cause);
      throw new Error(`The S3 store at ${new URL(bucket).host} cannot be reached: ${why}.`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  const store: BlobStore = {
    async put(key, { contentType, bytes, content }) {
      blobKeyNames(key);
      const body = new Uint8Array(await new Response(content).arrayBuffer());
      if (body.byteLength !== bytes) throw new TypeError(`a blob of ${bytes} bytes has ${body.byteLength}`);
      const headers = { "content-type": contentType, "x-amz-content-sha256": sha256(body) };
      await done("PutObject", await ask("PUT", key, { headers, body }));
    },
    async get(key, range) {
      blobKeyNames(key);
      const headers = range === undefined ? {} : { range: `bytes=${range.start}-${range.end}` };
      const response = await ask("GET", key, { headers });
      if (response.status === (range === undefined ? 200 : 206)) return response.body;
      const error = await refusal("GetObject", response);
      if (response.status === 404 && error.code !== "NoSuchBucket") return null;
      throw error;
    },
    async delete(key) {
      blobKeyNames(key);
      const response = await ask("DELETE", key);
      if (response.status !== 404) return done("DeleteObject", response);
      const error = await refusal("DeleteObject", response);
      if (error.code === "NoSuchBucket") throw error;
    },
    async clear(prefix) {
      blobKeyNames(prefix.replace(/\/$/, ""));
      // What was removed is no longer listed, so that the next page is the first one.
      for (let keys = await list(prefix); keys.length > 0; keys = await list(prefix)) {
        for (const key of keys) await store.delete(key);
      }
    },
    async check() {
      const [key, text] = [`check/${randomUUID()}`, "trunkline"];
      await list("check/");
      const content = new Blob([text]).stream();
      await store.put(key, { contentType: "text/plain", bytes: text.length, content });
      const read = await store.get(key);
      if (read === null || (await new Response(read).text()) !== text) {
        throw new Error(`The S3 store at ${new URL(bucket).host} does not give back what was put there.`);
      }
      await store.delete(key);
    },
  };

  async function list(prefix: string): Promise<string[]> {
    const query = new URLSearchParams({ "list-type": "2", prefix });
    const response = await ask("GET", `?${query}`);
    if (response.status !== 200) throw await refusal("ListObjectsV2", response);
    // Keys of ours hold nothing that XML would escape; those of others are left alone.
    const keys = Array.from((await response.text()).matchAll(/<Key>([^<]*)<\/Key>/g), ([, key = ""]) => key);
    const strange = keys.find((key) => !key.startsWith(prefix));
    if (strange !== undefined) throw new Error(`The S3 store lists keys beside ${prefix}, so that none is removed.`);
    return keys;
  }

  return store;
}

/** What a store answered that does not do what it was asked. */
class S3Refused extends Error {
  override readonly name = "S3Refused";
  /** Such as NoSuchBucket; empty where the answer has none. */
  readonly code: string;
  constructor(operation: string, status: number, code: string) {
    super(`The S3 store answered ${operation} with ${status}${code === "" ? "" : ` ${code}`}.`);
    this.code = code;
  }
}

async function refusal(operation: string, response: Response): Promise<S3Refused> {
  const text = await response.text();
  return new S3Refused(operation, response.status, /<Code>(\w{1,64})<\/Code>/.exec(text)?.[1] ?? "");
}

async function done(operation: string, response: Response): Promise<void> {
  if (!response.ok) throw await refusal(operation, response);
  await response.body?.cancel();
}

function bucketAddress(text: string): string {
  const url = URL.parse(text);
  const isUsable = url !== null && /^https?:$/.test(url.protocol) && url.search === "" && url.username === "";
  if (!isUsable)
    throw new TypeError("a bucket's address begins with https:// or http:// and has neither query nor user");
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

/** The region that stands in an address of Amazon's own. */
function regionOf(bucket: string): string {
  return /(?:^|\.)s3[.-]([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com/.exec(new URL(bucket).hostname)?.[1] ?? "us-east-1";
}

function sha256(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
}
