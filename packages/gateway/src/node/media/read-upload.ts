import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { Busboy, type BusboyHeaders } from "@fastify/busboy";
import { MAX_UPLOAD_BYTES } from "@trunkline/protocol";
import { invalid, Refusal } from "../../http/refusal.ts";

/** What a request may hold beside the file, in bytes: boundaries and the headers of its part. */
const AROUND_BYTES = 64 * 1024;

/**
 * Writes the one file of a multipart request to `path`, as it comes. The name that the sender gave it is never looked at.
 *
 * @throws Refusal unsupported_media_type, malformed_request, body_too_large, invalid_input
 */
export async function readUpload(request: Request, path: string): Promise<void> {
  const contentType = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\s*;/i.test(contentType) || !request.body) {
    throw new Refusal("unsupported_media_type", {
      detail: "Send multipart/form-data with one file, in the field `file`.",
    });
  }
  if (Number(request.headers.get("content-length") ?? 0) > MAX_UPLOAD_BYTES + AROUND_BYTES) throw tooLarge();
  const parser = parserOf(contentType);
  const kept = keepFile(parser, path);
  kept.catch(() => undefined); // awaited below, after the body
  try {
    const body = Readable.fromWeb(request.body as NodeReadableStream<Uint8Array>);
    await pipeline(body, atMost(MAX_UPLOAD_BYTES + AROUND_BYTES), parser);
    await kept;
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw malformed(cause);
  }
}

type Parser = InstanceType<typeof Busboy>;

function parserOf(contentType: string): Parser {
  try {
    const headers: BusboyHeaders = { "content-type": contentType };
    // One file more than is taken, so that a second one is noticed.
    const limits = { files: 2, fields: 1, parts: 3, headerPairs: 20, fileSize: MAX_UPLOAD_BYTES, fieldSize: 1024 };
    return new Busboy({ headers, limits });
  } catch (cause) {
    throw malformed(cause);
  }
}

/** Resolves when the file has been written; the parser ends with the error that rejects it. */
function keepFile(parser: Parser, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let writing: Promise<void> | undefined;
    const refuse = (error: unknown) => {
      reject(error);
      parser.destroy(error instanceof Error ? error : new Error("the file could not be kept", { cause: error }));
    };
    parser.on("field", (name) => refuse(invalid([String(name)], "is not taken here; send the one field `file`")));
    parser.on("file", (name, stream) => {
      stream.on("error", () => undefined); // the pipeline's own, or that of a file that is let go
      stream.on("limit", () => refuse(tooLarge()));
      if (name !== "file" || writing) {
        stream.resume();
        return refuse(invalid([String(name)], writing ? "is a second file; send one at a time" : "must be `file`"));
      }
      writing = pipeline(stream, createWriteStream(path, { mode: 0o600 }));
      writing.catch(refuse);
    });
    parser.on("error", reject);
    parser.on("finish", () => {
      if (!writing) return reject(invalid(["file"], "is missing"));
      writing.then(resolve, reject);
    });
  });
}

/** Passes on so many bytes; whoever sends more has lied about the length, or given none. */
function atMost(bytes: number): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      left -= chunk.byteLength;
      if (left < 0) done(tooLarge());
      else done(null, chunk);
    },
  });
}

const tooLarge = () => new Refusal("body_too_large", { detail: `A file has at most ${MAX_UPLOAD_BYTES} bytes.` });

const malformed = (cause: unknown) =>
  new Refusal("malformed_request", { detail: "The body is not whole, or not multipart/form-data.", cause });
