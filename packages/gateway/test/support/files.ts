import type { Media } from "@trunkline/protocol";
import sharp from "sharp";
import type { TestGateway } from "./test-gateway.ts";

/** A small picture of one colour. */
export const jpeg = (): Promise<Buffer> =>
  sharp({ create: { width: 32, height: 16, channels: 3, background: "#336699" } })
    .jpeg()
    .toBuffer();

/** A form with one file. */
export function form(content: Uint8Array | string, name = "a.jpg", type = "image/jpeg"): FormData {
  const body = new FormData();
  body.set("file", new File([content as BlobPart], name, { type }));
  return body;
}

/** Uploads a file that is taken. */
export async function uploaded(
  { fetch }: Pick<TestGateway, "fetch">,
  token: string,
  content: Uint8Array | Promise<Uint8Array>,
): Promise<Media> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch("/v1/media", { method: "POST", headers, body: form(await content) });
  if (response.status !== 201) throw new Error(`the file was refused: ${await response.text()}`);
  return (await response.json()) as Media;
}
