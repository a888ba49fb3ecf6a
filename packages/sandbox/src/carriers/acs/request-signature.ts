import { fromBase64, hmac, toBase64 } from "../bytes.ts";

/** A request as it is signed. */
export interface SignedRequest {
  readonly method: string;
  /** With host, path and query as they were sent. */
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

/** The signed headers, in any order; these three have to be among them. */
const REQUIRED = ["host", "x-ms-content-sha256"];
const DATES = ["x-ms-date", "date"];

/**
 * Whether a request bears the signature of an access key: HMAC-SHA256 over the method, the path with its query, and the
 * date, the host and the hash of the body. How old the date may be is not looked at, because the world's clock and that of
 * the machine that a client runs on may differ. Source: learn.microsoft.com, "Sign an HTTP request"
 *
 * @param accessKey - as base64
 */
export async function isSigned({ method, url, headers, body }: SignedRequest, accessKey: string): Promise<boolean> {
  const [, names = "", signature] =
    /^HMAC-SHA256 SignedHeaders=([\w;-]+)&Signature=([A-Za-z0-9+/]+=*)$/.exec(headers.get("authorization") ?? "") ?? [];
  const signed = names.split(";");
  const date = DATES.find((name) => signed.includes(name));
  if (date === undefined || !REQUIRED.every((name) => signed.includes(name))) return false;
  if (Number.isNaN(Date.parse(headers.get(date) ?? ""))) return false;
  const hash = toBase64(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body))));
  if (headers.get("x-ms-content-sha256") !== hash) return false;
  const values = signed.map((name) => (name === "host" ? url.host : (headers.get(name) ?? "")));
  const text = `${method}\n${url.pathname}${url.search}\n${values.join(";")}`;
  return signature === toBase64(await hmac("SHA-256", fromBase64(accessKey), text));
}
