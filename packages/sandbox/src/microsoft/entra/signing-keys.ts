import { exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { forgetfulKeeper, type Keeper, type KeptMap } from "../kept.ts";

interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

/** A key pair as it is kept; the private half opens nothing but the simulation. */
interface KeptKey {
  readonly kid: string;
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

const ALL = "all";

/** The keys that tokens are signed with. After a rotation the key before stays published, so that its tokens hold. */
export class SigningKeys {
  readonly #newId: () => string;
  readonly #kept: KeptMap<readonly KeptKey[]>;
  #keys: Promise<readonly SigningKey[]> | undefined;

  /** @param newId - makes key ids */
  constructor(newId: () => string, kept: Keeper = forgetfulKeeper()) {
    this.#newId = newId;
    this.#kept = kept.map("signing_keys");
  }

  /** The key that signs now. */
  async current(): Promise<SigningKey> {
    const [key] = await this.#load();
    if (!key) throw new TypeError("there is always a signing key");
    return key;
  }

  async find(kid: string | undefined): Promise<SigningKey | undefined> {
    return (await this.#load()).find((key) => key.kid === kid);
  }

  /** The public keys, newest first, as the `keys` of a JWKS. */
  async published(issuer: string): Promise<readonly JWK[]> {
    return (await this.#load()).map(({ jwk, kid }) => ({ ...jwk, kid, use: "sig", alg: "RS256", issuer }));
  }

  /** Signs with a new key from now on and publishes the one before for verification. */
  async rotate(): Promise<void> {
    const before = this.#load();
    this.#keys = before.then(async ([last]) => this.#keep([await this.#make(), ...(last ? [last] : [])]));
    await this.#keys;
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
    return { kid: this.#newId(), privateKey, publicKey, jwk: await exportJWK(publicKey) };
  }

  async #keep(keys: readonly SigningKey[]): Promise<readonly SigningKey[]> {
    const kept = keys.map(async ({ kid, privateKey, jwk }) => ({
      kid,
      privateJwk: await exportJWK(privateKey),
      publicJwk: jwk,
    }));
    this.#kept.set(ALL, await Promise.all(kept));
    return keys;
  }
}

async function imported({ kid, privateJwk, publicJwk }: KeptKey): Promise<SigningKey> {
  return { kid, privateKey: await toKey(privateJwk), publicKey: await toKey(publicJwk), jwk: publicJwk };
}

async function toKey(jwk: JWK): Promise<CryptoKey> {
  const result = await importJWK(jwk, "RS256", { extractable: true });
  if (result instanceof Uint8Array) throw new TypeError("an RSA key is no secret of bytes");
  return result;
}
