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
  readonly sessions: Map<string, Session>;
  preferred: Session | null;
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
  readonly #people = new Map<string, Person>();

  /** Opens, changes or (null) closes the Teams client of a person. */
  setTeamsClient(userId: string, state: PresenceState | null, now: number): void {
    const { sessions } = this.#person(userId);
    if (state === null) sessions.delete("teams");
    else sessions.set("teams", { ...state, setAt: now, expiresAt: null });
  }

  /** Opens an app's session, or sets it again. */
  setSession(userId: string, session: string, state: PresenceState, now: number, lifeMs: number): void {
    this.#person(userId).sessions.set(`app ${session}`, { ...state, setAt: now, expiresAt: now + lifeMs });
  }

  /** False when that app has no session that is still open. */
  clearSession(userId: string, session: string, now: number): boolean {
    const { sessions } = this.#person(userId);
    const name = `app ${session}`;
    const open = sessions.get(name);
    sessions.delete(name);
    return open !== undefined && isOpen(open, now);
  }

  /** Sets what the person prefers to show; it shows only while there is a session. Null takes it back. */
  setPreferred(userId: string, state: PresenceState | null, now: number, lifeMs: number): void {
    this.#person(userId).preferred = state === null ? null : { ...state, setAt: now, expiresAt: now + lifeMs };
  }

  /** What everybody sees now. */
  of(userId: string, now: number): PresenceState {
    const { sessions, preferred } = this.#person(userId);
    const states = [...sessions.values()]
      .filter((session) => isOpen(session, now))
      .map((session) => aged(session, now));
    if (states.length === 0) return OFFLINE;
    if (preferred !== null && isOpen(preferred, now)) return stateOf(preferred);
    const [strongest = OFFLINE] = states.sort((a, b) => strength(a) - strength(b));
    return strongest;
  }

  #person(userId: string): Person {
    const person = this.#people.get(userId) ?? { sessions: new Map(), preferred: null };
    this.#people.set(userId, person);
    return person;
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
