import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "s3rver";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BlobStore } from "../src/index.ts";
import { directoryBlobs } from "../src/node/media/directory-blobs.ts";
import { mediaBucket } from "../src/node/media/media-settings.ts";
import { mediaTools } from "../src/node/media/media-tools.ts";
import { s3Blobs } from "../src/node/media/s3-blobs.ts";
import { jpeg, uploaded } from "./support/files.ts";
import { isSignedByAws } from "./support/signed-by-aws.ts";
import { PGLITE } from "./support/stores.ts";
import { testGateway } from "./support/test-gateway.ts";

const KEYS = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
let directory: string;
let server: Server;
let bucket: string;
/** What the next lists hold of what was asked for: keys that begin so. */
let pages: string[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "trunkline-blobs-"));
  const s3 = new S3rver({
    silent: true,
    directory: join(directory, "s3"),
    configureBuckets: [{ name: "files", configs: [] }],
  });
  await s3.configureBuckets();
  const answer = s3.callback();
  server = createServer((request, response) => {
    if (!isSignedByAws(request, KEYS.secretAccessKey)) {
      response.writeHead(403).end("<Error><Code>SignatureDoesNotMatch</Code></Error>");
      return;
    }
    // The server ends its pages with a cipher that Node no longer has, so that pages are cut by what their keys begin with.
    if (request.url?.includes("list-type=2")) request.url += pages.shift() ?? "";
    answer(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  bucket = `http://127.0.0.1:${port}/files`;
});
afterAll(async () => {
  await new Promise((closed) => {
    server.close(closed);
    server.closeAllConnections();
  });
  await rm(directory, { recursive: true });
});

const STORES: [string, () => BlobStore][] = [
  ["a directory", () => directoryBlobs(join(directory, "plain"))],
  ["a bucket of S3", () => s3Blobs({ url: bucket, ...KEYS })],
];

describe.each(STORES)("%s", (_, open) => {
  const put = (store: BlobStore, key: string, text: string) => {
    const blob = new Blob([text]);
    return store.put(key, { contentType: "text/plain", bytes: blob.size, content: blob.stream() });
  };
  const read = async (store: BlobStore, key: string, range?: { start: number; end: number }) => {
    const content = await store.get(key, range);
    return content && new Response(content).text();
  };

  test("gives back what was put there, whole and in part, and the newest of one key", async () => {
    const store = open();
    await store.check();
    expect(await read(store, "one/a")).toBeNull();
    await put(store, "one/a", "0123456789");
    expect(await read(store, "one/a")).toBe("0123456789");
    expect(await read(store, "one/a", { start: 2, end: 4 })).toBe("234");
    await put(store, "one/a", "newer");
    expect(await read(store, "one/a")).toBe("newer");
    const bytes = crypto.getRandomValues(new Uint8Array(64 * 1024));
    await store.put("one/b", { contentType: "image/png", bytes: bytes.length, content: new Blob([bytes]).stream() });
    const content = await store.get("one/b");
    expect(Buffer.from(await new Response(content).arrayBuffer()).equals(Buffer.from(bytes))).toBe(true);
  });

  test("a blob that breaks off is not kept, and the one before stays", async () => {
    const store = open();
    await put(store, "two/a", "before");
    const content = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("cut")) });
    await expect(store.put("two/a", { contentType: "text/plain", bytes: 9, content })).rejects.toThrow();
    expect(await read(store, "two/a")).toBe("before");
  });

  test("removes one, or all below a prefix, and nothing else; what is not there is no error", async () => {
    const store = open();
    for (const key of ["three/a", "three/a.thumbnail", "three/b", "three/c", "three/d", "three/e", "threefold/c"])
      await put(store, key, key);
    await store.delete("three/a");
    await store.delete("three/a");
    expect(await read(store, "three/a")).toBeNull();
    expect(await read(store, "three/a.thumbnail")).toBe("three/a.thumbnail");
    pages = ["a", "b"];
    await store.clear("three/");
    await store.clear("three/");
    expect(await read(store, "three/a.thumbnail")).toBeNull();
    for (const key of ["three/b", "three/c", "three/d", "three/e"]) expect(await read(store, key)).toBeNull();
    expect(await read(store, "threefold/c")).toBe("threefold/c");
  });

  test.each(["../a", "one/../../a", "", "/a", "one//a", ".hidden", "one/a?acl", "one/a%2f..", "one\\a"])(
    "refuses %j, which is no key",
    async (key) => {
      const store = open();
      await expect(put(store, key, "x")).rejects.toThrow("not a blob's key");
      await expect(store.get(key)).rejects.toThrow("not a blob's key");
      await expect(store.delete(key)).rejects.toThrow("not a blob's key");
    },
  );
});

test("a bucket says why it cannot be used, without its keys", async () => {
  const wrong = s3Blobs({ url: bucket, ...KEYS, secretAccessKey: "not-the-one" });
  await expect(wrong.check()).rejects.toThrow("The S3 store answered ListObjectsV2 with 403 SignatureDoesNotMatch.");
  await expect(wrong.get("one/a")).rejects.toThrow("403");
  const missing = s3Blobs({ url: `${bucket}-of-nobody`, ...KEYS });
  await expect(missing.check()).rejects.toThrow("404 NoSuchBucket");
  await expect(missing.get("one/a")).rejects.toThrow("404 NoSuchBucket");
  const away = s3Blobs({ url: "http://127.0.0.1:1/files", ...KEYS });
  await expect(away.check()).rejects.toThrow("The S3 store at 127.0.0.1:1 cannot be reached: ");
  for (const url of ["files", "ftp://host/files", "https://host/files?x=1", "https://user:pass@host/files"]) {
    expect(() => s3Blobs({ url, ...KEYS })).toThrow("a bucket's address");
  }
});

test("a gateway keeps what is uploaded in a bucket, and serves it whole and in part", async () => {
  const gateway = await testGateway(PGLITE, { media: mediaTools({ s3: { url: bucket, ...KEYS } }) });
  try {
    const acme = await gateway.newTenant("acme");
    const media = await uploaded(gateway, acme.key.key, jpeg());
    const whole = new Uint8Array(await (await gateway.fetch(media.url)).arrayBuffer());
    expect(whole.byteLength).toBe(media.bytes);
    const part = await gateway.fetch(media.url, { headers: { range: "bytes=0-3" } });
    expect(part.status).toBe(206);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(whole.subarray(0, 4));
    expect((await gateway.fetch(media.thumbnailUrl ?? "")).status).toBe(200);
    const kept = await s3Blobs({ url: bucket, ...KEYS }).get(`${acme.tenant.id}/${media.id}`);
    expect(new Uint8Array(await new Response(kept).arrayBuffer())).toEqual(whole);
  } finally {
    await gateway.stop();
  }
});

test("the settings of a bucket belong together", () => {
  expect(mediaBucket({})).toBeUndefined();
  const whole = { mediaS3Url: "https://s3.example.com/b", mediaS3AccessKeyId: "id", mediaS3SecretAccessKey: "key" };
  expect(mediaBucket({ ...whole, mediaS3Region: "eu-west-1" })).toEqual({
    url: "https://s3.example.com/b",
    accessKeyId: "id",
    secretAccessKey: "key",
    region: "eu-west-1",
  });
  expect(() => mediaBucket({ mediaS3Url: "https://s3.example.com/b", mediaS3AccessKeyId: "id" })).toThrow(
    "TRUNKLINE_MEDIA_S3_URL is set, but TRUNKLINE_MEDIA_S3_SECRET_ACCESS_KEY is not.",
  );
  expect(() => mediaBucket({ ...whole, mediaS3Url: "b" })).toThrow("must be the address of a bucket");
});
