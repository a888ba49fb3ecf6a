import type { Me } from "@trunkline/protocol";

/** Whose data a client holds. `user` is null for keys. */
export interface Identity {
  readonly tenantId: string;
  readonly userId: string | null;
  /** What the token sees, as one word: tabs whose tokens see different things hear different events. */
  readonly sight: string;
}

export interface IdentityParts {
  /** `GET /v1/me` with that very token. Null when the gateway does not take it. */
  lookUp(token: string, signal: AbortSignal): Promise<Me | null>;
  /** `GET /v1/me` with the token at hand. */
  askNow(): Promise<Me>;
  /** It is known whose data this is, for the first time or anew. */
  onKnown(identity: Identity, before: Identity | null): void;
}

/**
 * Knows who the caller is once somebody has asked, and from then on looks at every new token before it is used, so that
 * one person's conversations never show to the next.
 */
export class IdentityWatch {
  readonly #parts: IdentityParts;
  #known: Identity | null = null;
  #asking: Promise<Identity> | null = null;

  constructor(parts: IdentityParts) {
    this.#parts = parts;
  }

  /** Who the caller is, as far as known without asking. */
  get known(): Identity | null {
    return this.#known;
  }

  /** Who the caller is; asks the gateway the first time. */
  get(): Promise<Identity> {
    if (this.#known) return Promise.resolve(this.#known);
    this.#asking ??= this.#parts
      .askNow()
      .then((me) => {
        this.learn(me);
        return identityOf(me);
      })
      .finally(() => {
        this.#asking = null;
      });
    return this.#asking;
  }

  /** Takes what an answer said about the caller. */
  learn(me: Me): void {
    const now = identityOf(me);
    const before = this.#known;
    this.#known = now;
    if (!before || !isSamePerson(before, now) || before.sight !== now.sight) this.#parts.onKnown(now, before);
  }

  /** Looks at a new token; to be called before it is used. */
  async inspect(token: string, signal: AbortSignal): Promise<void> {
    if (!this.#known) return;
    const me = await this.#parts.lookUp(token, signal);
    if (me) this.learn(me);
  }
}

/** Whether what is held for one may be shown to the other. */
export function isSamePerson(one: Identity, other: Identity): boolean {
  return one.tenantId === other.tenantId && one.userId === other.userId;
}

function identityOf({ user, tenant, role, sees }: Me): Identity {
  return { tenantId: tenant.id, userId: user?.id ?? null, sight: JSON.stringify([role, sees]) };
}
