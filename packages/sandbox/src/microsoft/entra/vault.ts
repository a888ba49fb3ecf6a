import type { RandomBytes } from "@trunkline/gateway";
import { hex } from "../../random.ts";
import { forgetfulKeeper, type Keeper, type KeptMap } from "../kept.ts";
import { EntraError } from "./errors.ts";

export interface AuthorizationCode {
  readonly clientId: string;
  readonly userId: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly nonce: string | null;
  /** Base64url of the verifier's SHA-256. */
  readonly challenge: string | null;
}

export interface RefreshToken {
  readonly clientId: string;
  readonly userId: string;
  readonly scope: string;
  /** Whether the client proved who it is when the token was made; then it has to do so again. */
  readonly isConfidential: boolean;
}

const CODE_MS = 10 * 60 * 1000;
const REFRESH_TOKEN_MS = 90 * 24 * 60 * 60 * 1000;

interface KeptCode {
  readonly code: AuthorizationCode;
  readonly expiresAt: number;
  readonly isRedeemed: boolean;
}

interface KeptToken {
  readonly token: RefreshToken;
  readonly expiresAt: number;
}

/** Codes and refresh tokens that were handed out. */
export class Vault {
  readonly #codes: KeptMap<KeptCode>;
  readonly #refreshTokens: KeptMap<KeptToken>;

  constructor(kept: Keeper = forgetfulKeeper()) {
    this.#codes = kept.map("codes");
    this.#refreshTokens = kept.map("refresh_tokens");
  }

  newCode(code: AuthorizationCode, now: number, random: RandomBytes): string {
    const value = `0.${hex(random(32))}`;
    this.#codes.set(value, { code, expiresAt: now + CODE_MS, isRedeemed: false });
    return value;
  }

  /** @throws EntraError 70000 unknown, 54005 redeemed before, 70008 older than ten minutes */
  redeemCode(value: string, now: number): AuthorizationCode {
    const entry = this.#codes.get(value);
    if (!entry) throw new EntraError(70000);
    if (entry.isRedeemed) throw new EntraError(54005);
    if (entry.expiresAt <= now) throw new EntraError(70008);
    this.#codes.set(value, { ...entry, isRedeemed: true });
    return entry.code;
  }

  newRefreshToken(token: RefreshToken, now: number, random: RandomBytes): string {
    const value = `1.${hex(random(32))}`;
    this.#refreshTokens.set(value, { token, expiresAt: now + REFRESH_TOKEN_MS });
    return value;
  }

  /** An older token stays good when a newer one was made. @throws EntraError 70000 unknown, 70008 expired */
  readRefreshToken(value: string, now: number): RefreshToken {
    const entry = this.#refreshTokens.get(value);
    if (!entry) throw new EntraError(70000);
    if (entry.expiresAt <= now) throw new EntraError(70008);
    return entry.token;
  }
}
