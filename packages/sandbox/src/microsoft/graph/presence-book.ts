import type { Keeper, KeptMap } from "../kept.ts";

/** What a person's dot shows. Both are plain words: Graph adds new ones without notice. */
export interface PresenceState {
  readonly availability: string;
  readonly activity: string;
}

interface Session extends PresenceState {
  readonly setAt: number;
  /** When it ends; null for a Teams client, which stays until it is closed. */
  readonly expiresAt: number | null;
}

interface Person {
  readonly sessions: Readonly<Record<string, Session>>;
  readonly preferred: Session | null;
}

const OFFLINE: PresenceState = { availability: "Offline", activity: "Offline" };
// The strongest session wins; one that is not listed here is weaker than all that are.
const STRENGTH = ["DoNotDisturb", "Busy", "Available", "Away"];
// An app's Available turns idle after five minutes and Away after ten, unless it is set again.
// Source: Microsoft Graph, "presence: setPresence"; this goes for STRENGTH too.
const IDLE_AFTER_MS = 300_000;
const AWAY_AFTER_MS = 600_000;

/** Presence of the tenant's people: sessions of apps and Teams clients, and what the person prefers to show. */
export class PresenceBook {
  readonly #people: KeptMap<Person>;

  constructor(kept: Keeper) {
    this.#people = kept.map("presence");
  }

  /** Opens, changes or (null) closes the Teams client of a person. */
  setTeamsClient(userId: string, state: PresenceState | null, now: number): void {
    this.#setSession(userId, "teams", state === null ? null : { ...state, setAt: now, expiresAt: null });
  }

  /** Opens an app's session, or sets it again. */
  setSession(userId: string, session: string, state: PresenceState, now: number, lifeMs: number): void {
    this.#setSession(userId, `app ${session}`, { ...state, setAt: now, expiresAt: now + lifeMs });
  }

  /** False when that app has no session that is still open. */
  clearSession(userId: string, session: string, now: number): boolean {
    const name = `app ${session}`;
    const open = this.#person(userId).sessions[name];
    if (open !== undefined) this.#setSession(userId, name, null);
    return open !== undefined && isOpen(open, now);
  }

  /** Sets what the person prefers to show; it shows only while there is a session. Null takes it back. */
  setPreferred(userId: string, state: PresenceState | null, now: number, lifeMs: number): void {
    const preferred = state === null ? null : { ...state, setAt: now, expiresAt: now + lifeMs };
    this.#people.set(userId, { ...this.#person(userId), preferred });
  }

  /** What everybody sees now. */
  of(userId: string, now: number): PresenceState {
    const { sessions, preferred } = this.#person(userId);
    const states = Object.values(sessions)
      .filter((session) => isOpen(session, now))
      .map((session) => aged(session, now));
    if (states.length === 0) return OFFLINE;
    if (preferred !== null && isOpen(preferred, now)) return stateOf(preferred);
    const [strongest = OFFLINE] = states.sort((a, b) => strength(a) - strength(b));
    return strongest;
  }

  #setSession(userId: string, name: string, session: Session | null): void {
    const { sessions, preferred } = this.#person(userId);
    const { [name]: _, ...others } = sessions;
    this.#people.set(userId, { sessions: session === null ? others : { ...others, [name]: session }, preferred });
  }

  #person(userId: string): Person {
    return this.#people.get(userId) ?? { sessions: {}, preferred: null };
  }
}

function isOpen({ expiresAt }: Session, now: number): boolean {
  return expiresAt === null || expiresAt > now;
}

function aged(session: Session, now: number): PresenceState {
  const ageMs = now - session.setAt;
  if (session.availability !== "Available" || session.expiresAt === null || ageMs < IDLE_AFTER_MS)
    return stateOf(session);
  if (ageMs < AWAY_AFTER_MS) return { availability: "Available", activity: "AvailableInactive" };
  return { availability: "Away", activity: "Away" };
}

function stateOf({ availability, activity }: PresenceState): PresenceState {
  return { availability, activity };
}

function strength({ availability }: PresenceState): number {
  const index = STRENGTH.indexOf(availability);
  return index === -1 ? STRENGTH.length : index;
}
