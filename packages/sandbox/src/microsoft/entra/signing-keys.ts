import { exportJWK, generateKeyPair, type JWK } from "jose";

interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

/** The keys that tokens are signed with. After a rotation the key before stays published, so that its tokens hold. */
export class SigningKeys {
  readonly #newId: () => string;
  #keys: Promise<readonly SigningKey[]> | undefined;

  /** @param newId - makes key ids */
  constructor(newId: () => string) {
    this.#newId = newId;
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
    this.#keys = (async () => [await this.#make(), ...(await before).slice(0, 1)])();
    await this.#keys;
  }

  #load(): Promise<readonly SigningKey[]> {
    this.#keys ??= this.#make().then((key) => [key]);
    return this.#keys;
  }

  async #make(): Promise<SigningKey> {
    const { privateKey, publicKey } = await generateKeyPair("RS256");
    return { kid: this.#newId(), privateKey, publicKey, jwk: await exportJWK(publicKey) };
  }
}
