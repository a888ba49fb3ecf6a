import type { RandomBytes } from "@trunkline/gateway";
import { hex } from "../../random.ts";
import type { Keeper, KeptMap } from "../kept.ts";

/** A person who is signed in at a browser. */
export interface SignedIn {
  readonly userId: string;
  readonly hasSecondFactor: boolean;
}

interface KeptSession {
  /** Who signed in last comes first. */
  readonly accounts: readonly SignedIn[];
  readonly expiresAt: number;
}

/** The session that one browser has, as its `Cookie` header names it. */
export interface BrowserSession {
  readonly name: string | null;
  readonly accounts: readonly SignedIn[];
}

const COOKIE = "ESTSAUTH";
/** "Configurable token lifetimes", Microsoft Entra documentation: a session that does not persist holds for a day. */
const SESSION_MS = 24 * 60 * 60 * 1000;
// A page of another site embeds Entra to renew in silence, so its cookie has to travel there; browsers may refuse that.
const ATTRIBUTES = "Path=/; HttpOnly; Secure; SameSite=None";

/** Who is signed in at which browser. */
export class Sessions {
  readonly #kept: KeptMap<KeptSession>;

  constructor(kept: Keeper) {
    this.#kept = kept.map("sessions");
  }

  read(cookies: string | null, now: number): BrowserSession {
    const name = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]+)`).exec(cookies ?? "")?.[1] ?? null;
    const session = name === null ? undefined : this.#kept.get(name);
    if (name === null || !session) return { name: null, accounts: [] };
    if (session.expiresAt > now) return { name, accounts: session.accounts };
    this.#kept.delete(name);
    return { name: null, accounts: [] };
  }

  /** Signs a person in, beside those who are. Returns what `Set-Cookie` has to say. */
  signIn(before: BrowserSession, person: SignedIn, now: number, random: RandomBytes): string {
    const name = before.name ?? hex(random(32));
    const others = before.accounts.filter(({ userId }) => userId !== person.userId);
    this.#kept.set(name, { accounts: [person, ...others], expiresAt: now + SESSION_MS });
    return `${COOKIE}=${name}; ${ATTRIBUTES}`;
  }

  /** Signs one person out, or everybody. Returns what `Set-Cookie` has to say; null: the cookie stays. */
  signOut({ name, accounts }: BrowserSession, userId: string | null, now: number): string | null {
    const left = userId === null ? [] : accounts.filter((account) => account.userId !== userId);
    if (name !== null && left.length > 0) {
      this.#kept.set(name, { accounts: left, expiresAt: now + SESSION_MS });
      return null;
    }
    if (name !== null) this.#kept.delete(name);
    return `${COOKIE}=; Max-Age=0; ${ATTRIBUTES}`;
  }
}
