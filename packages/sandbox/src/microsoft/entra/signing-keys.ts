import type { Clock } from "@trunkline/gateway";
import { exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { forgetfulKeeper, type Keeper, type KeptMap } from "../kept.ts";

interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
  /** When it signed for the last time, in milliseconds since 1970; null: it still does. */
  readonly retiredAt: number | null;
}

/** A key pair as it is kept; the private half opens nothing but the simulation. */
interface KeptKey {
  readonly kid: string;
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
  readonly retiredAt?: number | null;
}

const ALL = "all";
/** How long a key is published after its last signature, in milliseconds: longer than any token of it lives. */
const AFTERLIFE_MS = 24 * 60 * 60 * 1000;

/** The keys that tokens are signed with. After rotations those before stay published for a day, so that tokens hold. */
export class SigningKeys {
  readonly #newId: () => string;
  readonly #clock: Pick<Clock, "now">;
  readonly #kept: KeptMap<readonly KeptKey[]>;
  #keys: Promise<readonly SigningKey[]> | undefined;

  /** @param newId - makes key ids */
  constructor(newId: () => string, clock: Pick<Clock, "now">, kept: Keeper = forgetfulKeeper()) {
    this.#newId = newId;
    this.#clock = clock;
    this.#kept = kept.map("signing_keys");
  }

  /** The key that signs now. */
  async current(): Promise<SigningKey> {
    const [key] = await this.#load();
    if (!key) throw new TypeError("there is always a signing key");
    return key;
  }

  async find(kid: string | undefined): Promise<SigningKey | undefined> {
    return (await this.#alive()).find((key) => key.kid === kid);
  }

  /** The public keys, newest first, as the `keys` of a JWKS. */
  async published(issuer: string): Promise<readonly JWK[]> {
    return (await this.#alive()).map(({ jwk, kid }) => ({ ...jwk, kid, use: "sig", alg: "RS256", issuer }));
  }

  /** Signs with a new key from now on. */
  async rotate(): Promise<void> {
    const before = this.#alive();
    this.#keys = before.then(async (keys) => {
      const retiredAt = this.#clock.now();
      return this.#keep([
        await this.#make(),
        ...keys.map((key) => ({ ...key, retiredAt: key.retiredAt ?? retiredAt })),
      ]);
    });
    await this.#keys;
  }

  async #alive(): Promise<readonly SigningKey[]> {
    const now = this.#clock.now();
    return (await this.#load()).filter(({ retiredAt }) => retiredAt === null || retiredAt + AFTERLIFE_MS > now);
  }

  // Made when they are first needed: most sandboxes never sign anybody in.
  #load(): Promise<readonly SigningKey[]> {
    this.#keys ??= this.#restore();
    return this.#keys;
  }

  async #restore(): Promise<readonly SigningKey[]> {
    const kept = this.#kept.get(ALL);
    return kept ? Promise.all(kept.map(imported)) : this.#keep([await this.#make()]);
  }

  async #make(): Promise<SigningKey> {
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
    return { kid: this.#newId(), privateKey, publicKey, jwk: await exportJWK(publicKey), retiredAt: null };
  }

  async #keep(keys: readonly SigningKey[]): Promise<readonly SigningKey[]> {
    const kept = keys.map(async ({ kid, privateKey, jwk, retiredAt }) => ({
      kid,
      retiredAt,
      privateJwk: await exportJWK(privateKey),
      publicJwk: jwk,
    }));
    this.#kept.set(ALL, await Promise.all(kept));
    return keys;
  }
}

async function imported({ kid, privateJwk, publicJwk, retiredAt = null }: KeptKey): Promise<SigningKey> {
  return { kid, privateKey: await toKey(privateJwk), publicKey: await toKey(publicJwk), jwk: publicJwk, retiredAt };
}

async function toKey(jwk: JWK): Promise<CryptoKey> {
  const result = await importJWK(jwk, "RS256", { extractable: true });
  if (result instanceof Uint8Array) throw new TypeError("an RSA key is no secret of bytes");
  return result;
}
