import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MAX_MEDIA_BYTES } from "@trunkline/protocol";
import { fairTurnstile } from "../../fair-turnstile.ts";
import { invalid, Refusal } from "../../http/refusal.ts";
import { type FinishedFile, type FinishedMedia, type MediaWorkshop, THUMBNAIL_TYPE } from "../../media/workshop.ts";
import { fileStream } from "./file-stream.ts";
import { readUpload } from "./read-upload.ts";
import { sniff } from "./sniff.ts";

export interface MediaWorkshopOptions {
  /**
   * Directory for files while they are worked on.
   * @default the system's
   */
  directory?: string;
}

/** Files that are worked on at once: a picture takes up to some hundred megabytes of memory while it is drawn. */
const AT_ONCE = 2;
/** Longest wait for one's turn, in milliseconds. */
const WAIT_MS = 30_000;

/** Makes files harmless on this machine's disk: they are written as they come, and never held in memory whole. */
export function mediaWorkshop({ directory = tmpdir() }: MediaWorkshopOptions = {}): MediaWorkshop {
  const turns = fairTurnstile(AT_ONCE, { ms: WAIT_MS, error: busy });
  return {
    async receive(request, party, use) {
      const place = await mkdtemp(join(directory, "trunkline-media-"));
      try {
        const source = join(place, "source");
        await readUpload(request, source);
        return await use(await turns.pass(party, () => finish(place, source)));
      } finally {
        await rm(place, { recursive: true, force: true });
      }
    },
  };
}

/** @throws Refusal invalid_input, body_too_large, media_not_accepted */
async function finish(place: string, source: string): Promise<FinishedMedia> {
  if ((await stat(source)).size === 0) throw invalid(["file"], "is empty");
  const sniffed = await sniff(source);
  if (sniffed.kind === "refused") throw notAccepted(sniffed.found);
  if (sniffed.kind === "other") {
    const file = await finished(source, sniffed.contentType);
    return { ...file, contentType: sniffed.contentType, width: null, height: null, thumbnail: null };
  }
  const { drawPicture } = await import("./draw-picture.ts"); // native code, loaded by those who need it
  const places = { source, picture: join(place, "picture"), thumbnail: join(place, "thumbnail") };
  const { contentType, width, height } = await drawPicture(places, sniffed.format);
  const thumbnail = await finished(places.thumbnail, THUMBNAIL_TYPE);
  return { ...(await finished(places.picture, contentType)), contentType, width, height, thumbnail };
}

async function finished(path: string, contentType: string): Promise<FinishedFile> {
  const { size: bytes } = await stat(path);
  if (bytes > MAX_MEDIA_BYTES) {
    throw new Refusal("body_too_large", { detail: `A carrier takes at most ${MAX_MEDIA_BYTES} bytes of one file.` });
  }
  return {
    contentType,
    bytes,
    open: () => fileStream(path),
  };
}

const notAccepted = (found: string | null) =>
  new Refusal("media_not_accepted", {
    detail: `This is ${found === null ? "no file of a known kind" : found}. Pictures (JPEG, PNG, GIF, WebP), films (MP4, 3GP), sounds (MP3, M4A, AAC, AMR), vCards and PDF can be sent.`,
  });

const busy = () => new Refusal("unavailable", { detail: "Too many files are being worked on.", retryAfterSeconds: 10 });
