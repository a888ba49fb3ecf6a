import type { RandomBytes } from "@trunkline/gateway";
import { hex } from "../../random.ts";
import type { AppRedirectUri } from "../directory-state.ts";
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
  readonly hasSecondFactor: boolean;
}

export interface RefreshToken {
  readonly clientId: string;
  readonly userId: string;
  readonly scope: string;
  /** How it was come by; null: on behalf of a person, without their browser. */
  readonly redirect: AppRedirectUri["kind"] | null;
  /** Whether the client proved who it is when the token was made; then it has to do so again. */
  readonly isConfidential: boolean;
  readonly hasSecondFactor: boolean;
  /** When it ends, in milliseconds since 1970. A single-page app's keeps the end of the one before. */
  readonly expiresAt: number;
}

const CODE_MS = 10 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
const REFRESH_TOKEN_MS = { spa: DAY_MS, other: 90 * DAY_MS };

interface KeptCode {
  readonly code: AuthorizationCode;
  readonly expiresAt: number;
  readonly isRedeemed: boolean;
}

/** Codes and refresh tokens that were handed out. */
export class Vault {
  readonly #codes: KeptMap<KeptCode>;
  readonly #refreshTokens: KeptMap<RefreshToken>;

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

  /** @param expiresAt - of the token that is renewed, if one is */
  newRefreshToken(
    token: Omit<RefreshToken, "expiresAt">,
    { now, expiresAt }: { readonly now: number; readonly expiresAt: number | undefined },
    random: RandomBytes,
  ): string {
    const value = `1.${hex(random(32))}`;
    const fixed = token.redirect === "spa" ? (expiresAt ?? now + REFRESH_TOKEN_MS.spa) : now + REFRESH_TOKEN_MS.other;
    this.#refreshTokens.set(value, { ...token, expiresAt: fixed });
    return value;
  }

  /**
   * An older token stays good when a newer one was made.
   *
   * @throws EntraError 70000 unknown, 70008 expired, 700084 expired and of a single-page app
   */
  readRefreshToken(value: string, now: number): RefreshToken {
    const token = this.#refreshTokens.get(value);
    if (!token) throw new EntraError(70000);
    if (token.expiresAt <= now) throw new EntraError(token.redirect === "spa" ? 700084 : 70008);
    return token;
  }
}
