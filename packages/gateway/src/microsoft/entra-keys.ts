import * as z from "zod/mini";

/*
 * Entra's public signing keys, read when a token needs them and kept. Nothing that a token says chooses the address, and
 * tokens with invented key ids cannot make the gateway ask more often than it wants to.
 */

/** `1.0` and `2.0` tokens are signed with keys of different documents. Source: Microsoft Learn, "Access tokens". */
type EntraVersion = "1.0" | "2.0";

export interface EntraKeysOptions {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  /** Origin of the sign-in service. */
  readonly authority: string;
}

/** A public RSA key; `issuer` names who signs with it, with `{tenantid}` where that is any tenant. */
export type EntraKey = z.infer<typeof Key>;
const Key = z.object({
  kty: z.literal("RSA"),
  kid: z.string(),
  n: z.string(),
  e: z.string(),
  issuer: z.optional(z.string()),
});
const Keys = z.object({ keys: z.array(z.unknown()) });

/** `absent`: there is no such key. `unavailable`: nobody can tell, because Entra does not answer. */
export type KeyAnswer = EntraKey | "absent" | "unavailable";

const PATHS = { "1.0": "/common/discovery/keys", "2.0": "/common/discovery/v2.0/keys" } as const;
const REFRESH_MS = 86_400_000;
/** Between two readings on behalf of unknown key ids. */
const UNKNOWN_KEY_MS = 300_000;
/** Between two readings while Entra does not answer. */
export const OUTAGE_MS = 10_000;
const ANSWER_MS = 5_000;

interface Shelf {
  keys: ReadonlyMap<string, EntraKey> | null;
  readAt: number;
  failedAt: number;
  reading: Promise<void> | null;
}

export class EntraKeys {
  readonly #options: EntraKeysOptions;
  readonly #shelves: Record<EntraVersion, Shelf> = { "1.0": emptyShelf(), "2.0": emptyShelf() };

  constructor(options: EntraKeysOptions) {
    this.#options = options;
  }

  /** The key of that id. An old document serves on while Entra is away; readings at the same time are one. */
  async find(version: EntraVersion, kid: string): Promise<KeyAnswer> {
    const shelf = this.#shelves[version];
    const known = shelf.keys?.get(kid);
    const age = this.#options.now() - shelf.readAt;
    if (known !== undefined && age < REFRESH_MS) return known;
    if (known === undefined && shelf.keys !== null && age < UNKNOWN_KEY_MS) return "absent";
    if (this.#options.now() - shelf.failedAt >= OUTAGE_MS) await this.#read(version);
    const found = shelf.keys?.get(kid) ?? known;
    return found ?? (shelf.failedAt > shelf.readAt || shelf.keys === null ? "unavailable" : "absent");
  }

  #read(version: EntraVersion): Promise<void> {
    const shelf = this.#shelves[version];
    shelf.reading ??= this.#load(version).then(
      (keys) => {
        shelf.keys = keys;
        shelf.readAt = this.#options.now();
        shelf.reading = null;
      },
      () => {
        // The caller answers 503 or goes on with the keys it has; there is nothing else to do about it.
        shelf.failedAt = this.#options.now();
        shelf.reading = null;
      },
    );
    return shelf.reading;
  }

  async #load(version: EntraVersion): Promise<ReadonlyMap<string, EntraKey>> {
    const url = `${this.#options.authority}${PATHS[version]}`;
    const response = await this.#options.fetch(url, { redirect: "error", signal: AbortSignal.timeout(ANSWER_MS) });
    if (!response.ok) throw new Error(`Entra answered ${response.status} when asked for its keys.`);
    const { keys } = z.parse(Keys, await response.json());
    const usable = keys.map((key) => z.safeParse(Key, key)).flatMap(({ data }) => (data === undefined ? [] : [data]));
    if (usable.length === 0) throw new Error("Entra's document of keys holds none that is usable.");
    return new Map(usable.map((key) => [key.kid, key]));
  }
}

function emptyShelf(): Shelf {
  return { keys: null, readAt: Number.NEGATIVE_INFINITY, failedAt: Number.NEGATIVE_INFINITY, reading: null };
}
