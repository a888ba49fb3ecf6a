import { isId } from "@trunkline/protocol";
import type { Clock } from "../clock.ts";
import { notFound } from "../http/refusal.ts";
import type { OutsideCall, OutsideRoute } from "../http/route.ts";
import type { Database } from "../store/database.ts";
import type { BlobStore } from "./blob-store.ts";
import { blobKey, thumbnailKey } from "./keeper.ts";
import type { MediaLinks } from "./links.ts";
import { readRange } from "./range.ts";
import { readMedia } from "./store.ts";
import { THUMBNAIL_TYPE } from "./workshop.ts";

export interface ServingParts {
  database: Database;
  clock: Clock;
  links: MediaLinks;
  blobs: BlobStore;
}

/** Endings of names under which browsers save files. */
const ENDINGS: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/gif": "gif",
  "video/mp4": "mp4",
  "video/3gpp": "3gp",
  "audio/mpeg": "mp3",
  "audio/mp4": "m4a",
  "audio/aac": "aac",
  "audio/amr": "amr",
  "text/vcard": "vcf",
  "application/pdf": "pdf",
};

/**
 * Serves a file to whoever has an address of it that has not expired. Nothing in a file runs: its type is the one that was told
 * by its content, browsers may not guess another, and whatever they make of it has no rights and no origin.
 */
export function servingRoute({ database, clock, links, blobs }: ServingParts): OutsideRoute {
  return {
    method: "GET",
    path: "/media/{id}/{signature}",
    maxBytes: 0,
    async handle({ params: { id, signature = "" }, request }: OutsideCall) {
      if (!isId("med", id)) throw notFound();
      const opened = await links.read(id, signature, clock.now());
      if (!opened) throw notFound();
      const { tenantId, expiresAt } = opened;
      const media = await database.tenant(tenantId, (tx) => readMedia(tx, tenantId, id));
      if (!media) throw notFound();
      const isThumbnail = new URL(request.url).searchParams.has("thumbnail");
      if (isThumbnail && !media.has_thumbnail) throw notFound();
      const contentType = isThumbnail ? THUMBNAIL_TYPE : media.content_type;
      const headers = {
        "content-type": contentType,
        "content-disposition": isThumbnail ? "inline" : dispositionOf(contentType, id),
        "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "cache-control": `private, max-age=${Math.floor((expiresAt - clock.now()) / 1000)}, immutable`,
      };
      if (isThumbnail) {
        const content = await blobs.get(thumbnailKey(tenantId, id));
        if (!content) throw notFound();
        return answer(request, content, 200, headers);
      }
      const range = readRange(request.headers.get("range"), media.bytes);
      if (range === "unsatisfiable") {
        return new Response(null, { status: 416, headers: { "content-range": `bytes */${media.bytes}` } });
      }
      const content = await blobs.get(blobKey(tenantId, id), range ?? undefined);
      if (!content) throw notFound();
      const length = range === null ? media.bytes : range.end - range.start + 1;
      return answer(request, content, range === null ? 200 : 206, {
        ...headers,
        "accept-ranges": "bytes",
        "content-length": String(length),
        ...(range === null ? {} : { "content-range": `bytes ${range.start}-${range.end}/${media.bytes}` }),
      });
    },
  };
}

/** Shown in the page are pictures, films and sounds alone; all else is saved, under a name that nobody chose. */
function dispositionOf(contentType: string, id: string): string {
  const kind = /^(image|video|audio)\//.test(contentType) ? "inline" : "attachment";
  return `${kind}; filename="${id}.${ENDINGS[contentType] ?? "bin"}"`;
}

async function answer(
  request: Request,
  content: ReadableStream<Uint8Array>,
  status: number,
  headers: Record<string, string>,
): Promise<Response> {
  if (request.method !== "HEAD") return new Response(content as BodyInit, { status, headers });
  await content.cancel();
  return new Response(null, { status, headers });
}
