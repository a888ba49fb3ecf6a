/*
 * Which of an app's credentials signs it in, and when somebody must be told that one ends. Pure: the caller keeps what
 * was warned of. Times are in milliseconds since 1970.
 */

/** A client secret or certificate of the app registration. */
export interface Credential {
  /** The registration's `keyId`. */
  readonly id: string;
  readonly kind: "certificate" | "secret";
  /** The first instant at which it works. */
  readonly startsAt: number;
  /** The first instant at which it no longer works. */
  readonly expiresAt: number;
}

/** Days before the end at which people are warned, the earliest first. */
export const WARNING_DAYS = [60, 30, 7, 1] as const;
export type WarningDays = (typeof WARNING_DAYS)[number];

/** Body of `credential.expiring`. */
export interface ExpiryWarning {
  readonly credentialId: string;
  readonly kind: Credential["kind"];
  /** The threshold that was passed, in days. */
  readonly days: WarningDays;
  readonly expiresAt: number;
  /** Another credential works on after this one has ended: it need only be taken out of the registration. */
  readonly replaced: boolean;
}

export interface CredentialsReport {
  /** What to sign in with; `null` when nothing works now. */
  readonly use: Credential | null;
  /** What is due and was not told yet, the credential that ends first coming first. */
  readonly warnings: readonly ExpiryWarning[];
}

const DAY_MS = 86_400_000;

/**
 * Looks at the credentials of one app registration.
 *
 * A certificate comes before a secret, because its private half never travels. Of several of one kind the one that ends
 * last is used, so that during a rotation the new one takes over as soon as it works.
 *
 * @param warned - per credential id, the smallest threshold that was told already
 * @returns after a long silence one warning per credential, for the nearest threshold, and never the same one twice
 */
export function watchCredentials(
  credentials: readonly Credential[],
  warned: ReadonlyMap<string, WarningDays>,
  now: number,
): CredentialsReport {
  const works = credentials.filter((credential) => credential.startsAt <= now && now < credential.expiresAt);
  const warnings = works
    .toSorted((a, b) => a.expiresAt - b.expiresAt || byId(a, b))
    .flatMap((credential) => {
      const days = WARNING_DAYS.findLast((threshold) => credential.expiresAt - now <= threshold * DAY_MS);
      const told = warned.get(credential.id);
      if (days === undefined || (told !== undefined && told <= days)) return [];
      return [
        {
          credentialId: credential.id,
          kind: credential.kind,
          days,
          expiresAt: credential.expiresAt,
          replaced: credentials.some(
            (other) => other.startsAt <= credential.expiresAt && other.expiresAt > credential.expiresAt,
          ),
        },
      ];
    });
  return { use: works.toSorted(byPreference)[0] ?? null, warnings };
}

function byPreference(a: Credential, b: Credential): number {
  if (a.kind !== b.kind) return a.kind === "certificate" ? -1 : 1;
  return b.expiresAt - a.expiresAt || byId(a, b);
}

function byId(a: Credential, b: Credential): number {
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
