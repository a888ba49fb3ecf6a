import { isId, type MediaId, type TenantId } from "@trunkline/protocol";
import { fromBase64Url, hmac, toBase64Url } from "../bytes.ts";

/** An address that serves a file for a while. */
export interface MediaLink {
  /** Below the gateway's address when it does not know its own. */
  readonly url: string;
  readonly expiresAt: string;
}

/** Makes and reads the addresses of files: whoever has one may read that file until it expires, and nothing else. */
export interface MediaLinks {
  make(tenantId: TenantId, id: MediaId, now: number): Promise<MediaLink>;
  /** Whose file a signature opens at `now`, and until when, in milliseconds; null for one that opens nothing. */
  read(id: string, signature: string, now: number): Promise<{ tenantId: TenantId; expiresAt: number } | null>;
}

/** Least time that an address serves, in milliseconds. */
const SERVES_MS = 60 * 60_000;
/** Addresses of one file stay the same for this long, in milliseconds, so that a browser need not read it again. */
const STEP_MS = 15 * 60_000;
const LONGEST_SIGNATURE = 200;

export function createMediaLinks(masterKeys: readonly Uint8Array[], publicUrl: string | undefined): MediaLinks {
  const keys = Promise.all(masterKeys.map(linkKey));
  keys.catch(() => undefined); // whoever signs first meets the error

  return {
    async make(tenantId, id, now) {
      const [key] = await keys;
      if (!key) throw new TypeError("addresses are signed with a master key");
      const expiresAt = (Math.floor(now / STEP_MS) + 1) * STEP_MS + SERVES_MS;
      const mac = await crypto.subtle.sign("HMAC", key, signed(tenantId, id, expiresAt));
      const signature = `${tenantId}.${(expiresAt / 1000).toString(36)}.${toBase64Url(new Uint8Array(mac))}`;
      return { url: `${publicUrl ?? ""}/media/${id}/${signature}`, expiresAt: new Date(expiresAt).toISOString() };
    },
    async read(id, signature, now) {
      if (signature.length > LONGEST_SIGNATURE || !isId("med", id)) return null;
      const [tenantId, time = "", mac = "", ...rest] = signature.split(".");
      const expiresAt = Number.parseInt(time, 36) * 1000;
      const bytes = fromBase64Url(mac);
      if (rest.length > 0 || !isId("ten", tenantId) || !bytes || !/^[0-9a-z]{1,9}$/.test(time)) return null;
      if (expiresAt <= now) return null;
      for (const key of await keys) {
        if (await crypto.subtle.verify("HMAC", key, bytes, signed(tenantId, id, expiresAt))) {
          return { tenantId, expiresAt };
        }
      }
      return null;
    },
  };
}

const HMAC = { name: "HMAC", hash: "SHA-256" } as const;

/** A key of its own, so that what is signed here can be mistaken for nothing else. */
async function linkKey(masterKey: Uint8Array): Promise<CryptoKey> {
  const use = new TextEncoder().encode("trunkline media addresses");
  const derived = await hmac("SHA-256", new Uint8Array(masterKey), use);
  return crypto.subtle.importKey("raw", derived, HMAC, false, ["sign", "verify"]);
}

const signed = (tenantId: TenantId, id: MediaId, expiresAt: number): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(`${tenantId}\n${id}\n${expiresAt}`);
