import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { MASTER_KEY_BYTES } from "../seal/seal.ts";

/** Master keys as the gateway takes them: the first seals, all of them open. */
export interface MasterKeys {
  masterKey: Uint8Array;
  formerMasterKeys: Uint8Array[];
}

/** There is no usable master key; the message says how to get one. */
export class MasterKeyRefused extends Error {
  override readonly name = "MasterKeyRefused";
}

const HOW_TO_MAKE = "Make one with: openssl rand -base64 32";

/**
 * Reads master keys from text: 32 bytes each, as base64, base64url or hexadecimal, separated by white space or commas.
 * Put a new key before the old ones to rotate.
 *
 * @throws MasterKeyRefused when there is none, or one has another length; the message never repeats it
 */
export function parseMasterKeys(text: string): MasterKeys {
  const [masterKey, ...formerMasterKeys] = text
    .split(/[\s,]+/)
    .filter((part) => part !== "")
    .map(parseKey);
  if (!masterKey) throw new MasterKeyRefused(`The master key is empty. ${HOW_TO_MAKE}`);
  return { masterKey, formerMasterKeys };
}

function parseKey(text: string, index: number): Uint8Array {
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, "hex") : Buffer.from(text, "base64url");
  if (bytes.length === MASTER_KEY_BYTES) return new Uint8Array(bytes);
  throw new MasterKeyRefused(
    `Master key ${index + 1} has ${bytes.length} bytes and needs ${MASTER_KEY_BYTES}. ${HOW_TO_MAKE}`,
  );
}

/**
 * The master key that lies in a data directory; made when there is none, readable by its owner only. It protects what
 * is sealed against whoever gets a copy of the store without the directory, so it is good enough for loopback alone.
 */
export async function directoryMasterKey(dir: string): Promise<MasterKeys> {
  const path = join(dir, "master.key");
  await mkdir(dir, { recursive: true });
  try {
    // `wx`: of two processes that start at once, one writes and both read the same.
    await writeFile(path, `${randomBytes(MASTER_KEY_BYTES).toString("base64")}\n`, { flag: "wx", mode: 0o600 });
    await chmod(path, 0o600); // whatever the umask says
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  return parseMasterKeys(await readFile(path, "utf8"));
}

/** Whether only this machine can reach an address. Names are not looked up: only `localhost` counts. */
export function isLoopback(host: string): boolean {
  if (host === "localhost") return true;
  const address = host.replace(/^\[|\]$/g, "").replace(/^::ffff:/i, "");
  return isIP(address) === 4 ? address.startsWith("127.") : address === "::1";
}

/**
 * Refuses to listen where others can connect while the master key is one that the gateway made for itself.
 *
 * @param isGiven - whether somebody handed the master key in, by file or environment
 * @throws MasterKeyRefused
 */
export function assertMayListen({ host, isGiven }: { host: string; isGiven: boolean }): void {
  if (isGiven || isLoopback(host)) return;
  throw new MasterKeyRefused(
    `Listening on ${host} needs a master key of your own, because others can reach it. ${HOW_TO_MAKE} ` +
      "and pass it with --master-key-file, or TRUNKLINE_MASTER_KEY_FILE.",
  );
}
