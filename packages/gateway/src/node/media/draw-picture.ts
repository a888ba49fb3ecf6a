import sharp, { type OutputInfo, type Sharp } from "sharp";
import { Refusal } from "../../http/refusal.ts";

/** Pixels of a picture that is drawn, all its frames together: a phone's largest, or some seconds of animation. */
const MAX_PIXELS = 64_000_000;
const MAX_ANIMATED_PIXELS = 16_000_000;
/** Longest side of what is kept: phones show no more. */
const MAX_SIDE = 2048;
const THUMBNAIL_SIDE = 320;
const QUALITY = 80;
/** A picture that takes longer to draw is given up, in seconds. */
const DRAWING_S = 20;

export interface DrawnPicture {
  readonly contentType: "image/jpeg" | "image/png" | "image/gif";
  readonly width: number;
  readonly height: number;
}

interface Places {
  readonly source: string;
  readonly picture: string;
  readonly thumbnail: string;
}

/**
 * Draws a picture anew, turned as its camera was held, in sRGB and without anything else that the file held: places, times,
 * comments, colour profiles, and whatever another reader would take the same bytes for. Animation stays in GIF alone.
 *
 * @throws Refusal media_not_accepted
 */
export async function drawPicture(
  { source, picture, thumbnail }: Places,
  format: "jpeg" | "png" | "gif" | "webp",
): Promise<DrawnPicture> {
  try {
    const animated = format === "gif";
    const still = () => open(source, false);
    const { width, height, pages = 1, hasAlpha } = await open(source, animated).metadata();
    const pixels = width * (animated ? height : height * Math.min(pages, 1));
    if (pixels > (pages > 1 && animated ? MAX_ANIMATED_PIXELS : MAX_PIXELS)) throw tooManyPixels();
    const drawn = open(source, animated).autoOrient().resize(inside(MAX_SIDE));
    const info = await write(encode(drawn, format, hasAlpha), picture);
    const small = still().autoOrient().resize(inside(THUMBNAIL_SIDE)).flatten({ background: "#ffffff" });
    await write(small.jpeg({ quality: QUALITY }), thumbnail);
    return {
      contentType: CONTENT_TYPES[info.format as keyof typeof CONTENT_TYPES],
      width: info.width,
      height: info.pageHeight ?? info.height,
    };
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw new Refusal("media_not_accepted", {
      detail: "The picture is damaged, or has more pixels than can be sent.",
      cause,
    });
  }
}

const CONTENT_TYPES = { jpeg: "image/jpeg", png: "image/png", gif: "image/gif" } as const;

/** Reads the header alone until pixels are asked for; more of them than the bound are not read at all. */
const open = (source: string, animated: boolean): Sharp =>
  sharp(source, { animated, limitInputPixels: MAX_PIXELS, failOn: "error", sequentialRead: true });

const inside = (side: number) => ({ width: side, height: side, fit: "inside", withoutEnlargement: true }) as const;

/** Carriers and old phones take JPEG, PNG and GIF. */
function encode(image: Sharp, format: "jpeg" | "png" | "gif" | "webp", hasAlpha: boolean): Sharp {
  if (format === "gif") return image.gif();
  return format === "jpeg" || (format === "webp" && !hasAlpha) ? image.jpeg({ quality: QUALITY }) : image.png();
}

const write = (image: Sharp, path: string): Promise<OutputInfo> => image.timeout({ seconds: DRAWING_S }).toFile(path);

const tooManyPixels = () =>
  new Refusal("media_not_accepted", {
    detail: `A picture has at most ${MAX_PIXELS / 1_000_000} million pixels, an animation ${MAX_ANIMATED_PIXELS / 1_000_000} million over all its frames.`,
  });
