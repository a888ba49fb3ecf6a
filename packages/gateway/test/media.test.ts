import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import type { Media, Problem } from "@trunkline/protocol";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mediaTools } from "../src/node/media/media-tools.ts";
import { form, jpeg, uploaded } from "./support/files.ts";
import { eachStore, PGLITE } from "./support/stores.ts";
import { type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const HOUR = 60 * 60_000;
const PDF = "%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF";

eachStore((store) => {
  let gateway: TestGateway;
  let acme: TestTenant;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "trunkline-test-"));
    gateway = await testGateway(store, { media: mediaTools({ directory }) });
    acme = await gateway.newTenant("acme");
  });
  afterAll(async () => {
    await gateway.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const upload = async (given: BodyInit, headers: Record<string, string> = {}) => {
    // As bytes: the platform's own stream of a form fails where nobody can catch it when its reader stops early.
    const isForm = given instanceof FormData;
    const written = new Response(isForm ? given : null);
    const body = isForm ? await written.arrayBuffer() : given;
    const type = isForm ? { "content-type": written.headers.get("content-type") ?? "" } : {};
    const response = await gateway.fetch("/v1/media", {
      method: "POST",
      headers: { authorization: `Bearer ${acme.key.key}`, ...type, ...headers },
      body,
      ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
    } as RequestInit);
    return { status: response.status, body: (await response.json()) as Media & Problem };
  };
  const kept = async () => (await readdir(directory, { recursive: true })).filter((name) => name.includes("med_"));

  test("a picture is turned as it was held, made smaller, and tells nothing of where it was taken", async () => {
    const taken = await sharp({ create: { width: 3000, height: 1500, channels: 3, background: "#336699" } })
      .withExif({ IFD0: { Make: "Cam" }, IFD3: { GPSLatitudeRef: "N", GPSLatitude: "51/1 30/1 0/1" } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    expect((await sharp(taken).metadata()).exif).toBeDefined();
    const media = await uploaded(gateway, acme.key.key, taken);
    expect(media).toMatchObject({ contentType: "image/jpeg", width: 1024, height: 2048 });
    const served = Buffer.from(await (await gateway.fetch(media.url)).arrayBuffer());
    expect(served.byteLength).toBe(media.bytes);
    expect(await sharp(served).metadata()).toMatchObject({ width: 1024, height: 2048 });
    expect((await sharp(served).metadata()).exif).toBeUndefined();
    expect(served.includes("Exif")).toBe(false);
    const small = await gateway.fetch(media.thumbnailUrl ?? "");
    expect(await sharp(Buffer.from(await small.arrayBuffer())).metadata()).toMatchObject({ height: 320, width: 160 });
  });

  test("what is served cannot run: its own type, no guessing, no rights, no origin, a name of ours", async () => {
    const media = await uploaded(gateway, acme.key.key, jpeg());
    const { headers } = await gateway.fetch(media.url);
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": "image/jpeg",
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringContaining("sandbox"),
      "content-disposition": `inline; filename="${media.id}.jpg"`,
    });
    expect(headers.has("set-cookie")).toBe(false);
    const { body: pdf } = await upload(form(PDF, '../../evil\r\nX-Evil: 1".html', "text/html"));
    const served = await gateway.fetch(pdf.url);
    expect(served.headers.get("content-type")).toBe("application/pdf");
    expect(served.headers.get("content-disposition")).toBe(`attachment; filename="${pdf.id}.pdf"`);
    expect(served.headers.has("x-evil")).toBe(false);
    expect(await served.text()).toBe(PDF);
  });

  test("a part of a file is served as part, one beyond its end is refused, HEAD tells the length", async () => {
    const { body: media } = await upload(form(PDF));
    const part = await gateway.fetch(media.url, { headers: { range: "bytes=1-3" } });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
      206,
      `bytes 1-3/${PDF.length}`,
      "PDF",
    ]);
    const beyond = await gateway.fetch(media.url, { headers: { range: `bytes=${PDF.length}-` } });
    expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, `bytes */${PDF.length}`]);
    const head = await gateway.fetch(media.url, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, String(PDF.length), ""]);
  });

  test("an address opens one file, until it expires; every other one answers as if there were nothing", async () => {
    const media = await uploaded(gateway, acme.key.key, jpeg());
    const other = await uploaded(gateway, acme.key.key, jpeg());
    const signature = media.url.split("/").at(-1) ?? "";
    const [tenant = "", time = "", mac = ""] = signature.split(".");
    const later = (Number.parseInt(time, 36) + 3600).toString(36);
    const wrong = [
      `/media/${other.id}/${signature}`,
      `/media/${media.id}/${tenant}.${later}.${mac}`,
      `/media/${media.id}/${tenant}.${time}.${mac.slice(1)}`,
      `/media/${media.id}/${tenant}.${time}.`,
      `/media/${media.id}/${tenant}.${time}.${mac}.x`,
      `/media/${media.id}/${"x".repeat(5000)}`,
      `/media/${media.id}/%00`,
      `/media/..%2f..%2fetc/${signature}`,
    ];
    for (const path of wrong) expect((await gateway.fetch(path)).status, path).toBe(404);
    expect((await gateway.fetch(media.url)).status).toBe(200);
    gateway.clock.advance(Date.parse(media.expiresAt) - gateway.clock.now());
    expect((await gateway.fetch(media.url)).status).toBe(404);
    const again = await acme.call<Media>("GET", `/v1/media/${media.id}`);
    expect((await gateway.fetch(again.body.url)).status).toBe(200);
  });

  test("before a text carries a file only who uploaded it sees it", async () => {
    const { member, owner, viewer } = (await gateway.newTenant("own")).users;
    const media = await uploaded(gateway, member.session.token, jpeg());
    expect((await member.call("GET", `/v1/media/${media.id}`)).status).toBe(200);
    expect((await owner.call("GET", `/v1/media/${media.id}`)).status).toBe(404);
    const refused = await gateway.fetch("/v1/media", {
      method: "POST",
      headers: { authorization: `Bearer ${viewer.session.token}` },
      body: form(await jpeg()),
    });
    expect(refused.status).toBe(403);
  });

  test("hostile files are refused, and nothing of them is kept", async () => {
    const before = await kept();
    const picture = await noise();
    const script = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    const hostile: Record<string, Uint8Array | string> = {
      "SVG with a script": script,
      "SVG as XML": `<?xml version="1.0"?>${script}`,
      "HTML called .jpg": "<!doctype html><script>alert(1)</script>",
      "a program": Buffer.from("MZ\u0090\u0000\u0003", "latin1"),
      "a ZIP archive": Buffer.from("504b03041400000008", "hex"),
      nothing: "",
      "one byte": "x",
      "a picture cut short": picture.subarray(0, Math.floor(picture.length * 0.9)),
      "a picture's beginning alone": Buffer.from("ffd8ffe0", "hex"),
      "50,000 x 50,000 pixels": flood(50_000, 50_000),
      "pixels that are a bomb of zeroes": flood(30_000, 30_000, 4_000_000),
      "a TIFF": Buffer.from("49492a0008000000", "hex"),
    };
    for (const [what, content] of Object.entries(hostile)) {
      const { status, body } = await upload(form(content));
      expect([status, body.code], what).toEqual([422, what === "nothing" ? "invalid_input" : "media_not_accepted"]);
    }
    expect(await kept()).toEqual(before);
  });

  test("a picture that is a page as well is a picture alone when it is served", async () => {
    const polyglot = Buffer.concat([await jpeg(), Buffer.from("<script>alert(1)</script>")]);
    const media = await uploaded(gateway, acme.key.key, polyglot);
    expect(await (await gateway.fetch(media.url)).text()).not.toContain("script");
  });

  test("forms that are no upload are refused with what to do", async () => {
    const two = form(await jpeg());
    two.append("file", new File(["x"], "b.jpg"));
    const named = new FormData();
    named.set("picture", new File([new Uint8Array(await jpeg())], "a.jpg"));
    const field = new FormData();
    field.set("file", "words");
    const boundary = { "content-type": "multipart/form-data; boundary=x" };
    const tries: [string, BodyInit, Record<string, string>, number, string][] = [
      ["two files", two, {}, 422, "invalid_input"],
      ["another field", named, {}, 422, "invalid_input"],
      ["a field that is no file", field, {}, 422, "invalid_input"],
      ["an empty form", new FormData(), {}, 422, "invalid_input"],
      ["JSON", "{}", { "content-type": "application/json" }, 415, "unsupported_media_type"],
      ["no boundary", "x", { "content-type": "multipart/form-data" }, 415, "unsupported_media_type"],
      [
        "cut short",
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nGIF8',
        boundary,
        400,
        "malformed_request",
      ],
      ["no form at all", "GIF89a", boundary, 400, "malformed_request"],
    ];
    for (const [what, body, headers, status, code] of tries) {
      const answered = await upload(body, headers);
      expect([answered.status, answered.body.code], what).toEqual([status, code]);
    }
  });

  test("a file that is too long is refused before it is read, or as soon as it is, whatever its length was said to be", async () => {
    const announced = await upload("--x", {
      "content-type": "multipart/form-data; boundary=x",
      "content-length": String(11 * 1024 * 1024),
    });
    expect([announced.status, announced.body.code]).toEqual([413, "body_too_large"]);
    const head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.gif"\r\n\r\nGIF89a';
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(sent === 0 ? new TextEncoder().encode(head) : new Uint8Array(64 * 1024));
        sent += 64 * 1024;
      },
    });
    const { status, body } = await upload(endless, { "content-type": "multipart/form-data; boundary=x" });
    expect([status, body.code]).toEqual([413, "body_too_large"]);
    expect(sent).toBeLessThan(12 * 1024 * 1024);
  });

  test("what no text carries goes after a day, and a tenant's files go with it", async () => {
    const media = await uploaded(gateway, acme.key.key, jpeg());
    expect((await kept()).some((name) => name.includes(media.id))).toBe(true);
    gateway.clock.advance(25 * HOUR);
    await gateway.gateway.idle();
    gateway.clock.advance(HOUR);
    await gateway.gateway.idle();
    expect((await kept()).filter((name) => name.includes(media.id))).toEqual([]);
    expect((await acme.call("GET", `/v1/media/${media.id}`)).status).toBe(404);

    const gone = await gateway.newTenant("gone");
    await uploaded(gateway, gone.key.key, jpeg());
    expect((await readdir(directory)).includes(gone.tenant.id)).toBe(true);
    expect((await gateway.operator("DELETE", "/v1/tenants/ext:gone")).status).toBe(204);
    await gateway.gateway.idle();
    expect((await readdir(directory)).includes(gone.tenant.id)).toBe(false);
  });
});

test("a gateway without a place for files says so", async () => {
  const gateway = await testGateway(PGLITE);
  const { key } = await gateway.newTenant("acme");
  const response = await gateway.fetch("/v1/media", {
    method: "POST",
    headers: { authorization: `Bearer ${key.key}` },
    body: form(await jpeg()),
  });
  expect([response.status, ((await response.json()) as Problem).code]).toEqual([409, "media_not_set_up"]);
  await gateway.stop();
});

/** A picture that does not compress. */
const noise = () =>
  sharp(crypto.getRandomValues(new Uint8Array(64 * 64 * 3)), { raw: { width: 64, height: 64, channels: 3 } })
    .jpeg()
    .toBuffer();

/** A PNG that says it has so many pixels, all of them zero. */
function flood(width: number, height: number, inflatedBytes = 1000): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.alloc(inflatedBytes))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
