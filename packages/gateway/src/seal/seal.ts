import { sha256, toHex } from "../bytes.ts";
import type { RandomBytes } from "../random.ts";

/**
 * Seals what must not lie readable in the store. `row` names where the sealed bytes belong, with its tenant: bytes that
 * were moved to another row do not open.
 */
export interface Sealer {
  seal(text: string, row: string): Promise<Uint8Array>;
  /** @throws SealBroken when the bytes were changed, moved, or sealed by a key that is not there */
  open(sealed: Uint8Array, row: string): Promise<string>;
  /** Whether the bytes were sealed under the first master key; otherwise seal them again to finish a rotation. */
  isCurrent(sealed: Uint8Array): Promise<boolean>;
}

/** Sealed bytes that do not open; the message says why without saying what was in them. */
export class SealBroken extends Error {
  override readonly name = "SealBroken";
}

/** Length of a master key, in bytes. */
export const MASTER_KEY_BYTES = 32;

/*
 * Layout: version (1) | id of the master key (8) | data key wrapped by the master key (12 + 32 + 16) | nonce (12) |
 * AES-256-GCM of the text with its tag. The row is additional data of the text.
 *
 * A data key serves one process for a bounded number of seals, because random nonces may repeat after about 2^32 uses of
 * one key. Source: NIST SP 800-38D §8.3.
 */
const VERSION = 1;
const ID_BYTES = 8;
const NONCE_BYTES = 12;
const WRAPPED_BYTES = NONCE_BYTES + 32 + 16;
const HEADER_BYTES = 1 + ID_BYTES + WRAPPED_BYTES;
const SEALS_PER_DATA_KEY = 2 ** 28;
/** Data keys of other processes that are kept unwrapped. */
const OPENED_KEYS = 1000;

interface MasterKey {
  id: Uint8Array;
  key: CryptoKey;
}
interface DataKey {
  header: Uint8Array;
  key: CryptoKey;
  seals: number;
}

/**
 * @param masterKeys - 32 bytes each; the first seals, all of them open
 * @throws TypeError when there is none, or one has another length
 */
export function createSealer(masterKeys: readonly Uint8Array[], random: RandomBytes): Sealer {
  if (masterKeys.length === 0) throw new TypeError("a sealer needs at least one master key");
  for (const key of masterKeys) {
    if (key.length !== MASTER_KEY_BYTES) throw new TypeError(`a master key has ${MASTER_KEY_BYTES} bytes`);
  }
  const masters = Promise.all(masterKeys.map(importMaster));
  masters.catch(() => undefined); // whoever seals first meets the error
  let current: Promise<DataKey> | undefined;
  const opened = new Map<string, CryptoKey>();

  async function newDataKey(): Promise<DataKey> {
    const [master] = await masters;
    if (!master) throw new TypeError("a sealer needs at least one master key");
    const bytes = copy(random(32));
    const nonce = copy(random(NONCE_BYTES));
    const prefix = concat([Uint8Array.of(VERSION), master.id]);
    const wrapped = await crypto.subtle.encrypt(gcm(nonce, prefix), master.key, bytes);
    return {
      header: concat([prefix, nonce, new Uint8Array(wrapped)]),
      key: await importKey(bytes),
      seals: 0,
    };
  }

  async function dataKey(): Promise<DataKey> {
    current ??= newDataKey();
    const key = await current;
    key.seals += 1;
    if (key.seals >= SEALS_PER_DATA_KEY) current = undefined;
    return key;
  }

  async function openDataKey(header: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
    const name = toHex(header);
    const known = opened.get(name);
    if (known) return known;
    const prefix = header.subarray(0, 1 + ID_BYTES);
    const id = toHex(prefix.subarray(1));
    const master = (await masters).find((one) => toHex(one.id) === id);
    if (!master) throw new SealBroken(`sealed under the master key ${id}, which this gateway was not given`);
    const nonce = header.subarray(1 + ID_BYTES, 1 + ID_BYTES + NONCE_BYTES);
    const bytes = await decrypt(master.key, nonce, prefix, header.subarray(1 + ID_BYTES + NONCE_BYTES));
    const key = await importKey(bytes);
    const oldest = opened.keys().next();
    if (opened.size >= OPENED_KEYS && !oldest.done) opened.delete(oldest.value);
    opened.set(name, key);
    return key;
  }

  return {
    async seal(text, row) {
      const { header, key } = await dataKey();
      const nonce = copy(random(NONCE_BYTES));
      const sealed = await crypto.subtle.encrypt(gcm(nonce, utf8(row)), key, utf8(text));
      return concat([header, nonce, new Uint8Array(sealed)]);
    },
    async open(sealed, row) {
      const bytes = copy(sealed);
      if (bytes.length < HEADER_BYTES + NONCE_BYTES || bytes[0] !== VERSION) {
        throw new SealBroken("not sealed by a gateway that this one knows");
      }
      const key = await openDataKey(bytes.subarray(0, HEADER_BYTES));
      const nonce = bytes.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
      const text = await decrypt(key, nonce, utf8(row), bytes.subarray(HEADER_BYTES + NONCE_BYTES));
      return new TextDecoder().decode(text);
    },
    async isCurrent(sealed) {
      const [master] = await masters;
      return master !== undefined && toHex(sealed.subarray(1, 1 + ID_BYTES)) === toHex(master.id);
    },
  };
}

async function importMaster(bytes: Uint8Array): Promise<MasterKey> {
  const own = copy(bytes);
  return { id: (await sha256(own)).subarray(0, ID_BYTES), key: await importKey(own) };
}

const importKey = (bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);

const gcm = (iv: Uint8Array<ArrayBuffer>, additionalData: Uint8Array<ArrayBuffer>): AesGcmParams => ({
  name: "AES-GCM",
  iv,
  additionalData,
});

async function decrypt(
  key: CryptoKey,
  nonce: Uint8Array<ArrayBuffer>,
  additionalData: Uint8Array<ArrayBuffer>,
  sealed: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(gcm(nonce, additionalData), key, sealed));
  } catch (cause) {
    throw new SealBroken("the sealed bytes were changed, or belong to another row", { cause });
  }
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const copy = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
