import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { newServerCertificate, type ServerCertificate } from "./entra-certificate.ts";
import { listenForWorld, type WorldServer } from "./serve-world.ts";

const KeptDoor = z.object({
  port: z.int(),
  caCertificate: z.string(),
  certificate: z.string(),
  privateKey: z.string(),
  expiresAt: z.iso.datetime(),
});
type KeptDoor = z.infer<typeof KeptDoor>;

const FILE = "entra.json";
const CA_FILE = "entra-ca.pem";
/** A certificate that ends sooner is replaced when the world begins. */
const LEAST_LIFE_MS = 30 * 86_400_000;

export interface EntraDoorOptions {
  readonly host: string;
  /** 0 takes the one of last time, or any free one. */
  readonly port: number;
  /** Where port and certificate are kept, so that whoever was told of them need not be told again. */
  readonly dataDir: string | undefined;
}

/** The HTTPS server of the simulated Entra ID. */
export interface EntraDoor extends WorldServer {
  /** PEM of the authority that clients have to trust. */
  readonly caCertificate: string;
}

/** Listens for the simulated Entra ID, with the certificate and at the port of last time where that can be. */
export async function openEntraDoor({ host, port, dataDir }: EntraDoorOptions): Promise<EntraDoor> {
  const kept = dataDir === undefined ? null : await readKept(join(dataDir, FILE));
  const now = Date.now();
  const isGood = kept !== null && Date.parse(kept.expiresAt) - now > LEAST_LIFE_MS;
  const certificate: ServerCertificate = isGood ? kept : await newServerCertificate(now);
  const server = await listen(host, port === 0 ? (kept?.port ?? 0) : port, port === 0, certificate);
  const { caCertificate } = certificate;
  if (dataDir !== undefined) {
    await write(dataDir, { ...certificate, port: Number(new URL(server.url).port) }).catch(async (error: unknown) => {
      await server.close();
      throw error;
    });
  }
  return { ...server, caCertificate };
}

async function listen(
  host: string,
  port: number,
  mayMove: boolean,
  { certificate, privateKey }: ServerCertificate,
): Promise<WorldServer> {
  const tls = { cert: certificate, key: privateKey };
  try {
    return await listenForWorld(port, host, tls);
  } catch (error) {
    const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    if (!isTaken || !mayMove) throw error;
    return listenForWorld(0, host, tls);
  }
}

// Whatever is not there whole is made anew: nothing in it is worth more than the trouble of trusting it again.
async function readKept(path: string): Promise<KeptDoor | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  try {
    return z.parse(KeptDoor, JSON.parse(text));
  } catch {
    return null;
  }
}

async function write(dataDir: string, door: KeptDoor): Promise<void> {
  const path = join(dataDir, FILE);
  await writeFile(path, `${JSON.stringify(door, null, 2)}\n`, { mode: 0o600 });
  await chmod(path, 0o600); // also where the file was there before
  await writeFile(join(dataDir, CA_FILE), door.caCertificate);
}
