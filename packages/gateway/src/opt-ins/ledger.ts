import type { LineId, MessageId, OptIn, OptInEntry, OptInMethod, OptInState, TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { Ids } from "../random.ts";
import type { Tx } from "../store/database.ts";
import { json, recordset } from "../store/json.ts";
import { type EntryRow, lineColumn, type OptInRow, toEntry, toOptIn } from "./entry-row.ts";
import { ownNumbers } from "./number-locks.ts";
import { foldHistory } from "./state.ts";

/** Something that is to stand in the ledger. */
export interface NewEntry {
  readonly number: string;
  /** Null for all lines. */
  readonly lineId: LineId | null;
  readonly state: OptInState;
  readonly method: OptInMethod;
  /** When it happened, in milliseconds; null for now, which is later than all that is known. */
  readonly at: number | null;
  readonly by: OptInEntry["by"];
  readonly wording?: string | null | undefined;
  readonly language?: string | null | undefined;
  readonly messageId?: MessageId | null;
  readonly evidence?: Readonly<Record<string, unknown>> | null;
  /** @default true */
  readonly certain?: boolean;
}

/** A number with one line, or with all of them. */
interface Subject {
  readonly number: string;
  readonly lineId: LineId | null;
}
const nameOf = ({ number, lineId }: Subject): string => `${number} ${lineId ?? ""}`;

/** What an entry changed. */
export interface Addition {
  readonly entry: OptInEntry;
  readonly before: OptIn;
  readonly after: OptIn;
}

/**
 * The ledger of some numbers, owned until the transaction ends: entries are added one after the other, each seeing what
 * the earlier ones have made of the state, and written at once.
 */
export class Ledger {
  readonly #tenantId: TenantId;
  readonly #histories: Map<string, OptInEntry[]>;
  readonly #standings: Map<string, OptIn>;
  readonly #ids: Ids;
  readonly #now: number;
  readonly #added: OptInEntry[] = [];
  readonly #changed = new Map<string, OptIn>();

  private constructor(
    tenantId: TenantId,
    histories: Map<string, OptInEntry[]>,
    standings: Map<string, OptIn>,
    { ids, now }: { ids: Ids; now: number },
  ) {
    this.#tenantId = tenantId;
    this.#histories = histories;
    this.#standings = standings;
    this.#ids = ids;
    this.#now = now;
  }

  /** Owns the numbers, then reads what is known of them. */
  static async open(
    tx: Tx,
    tenantId: TenantId,
    numbers: readonly string[],
    context: { ids: Ids; now: number },
  ): Promise<Ledger> {
    await ownNumbers(tx, tenantId, numbers);
    const wanted = json([...new Set(numbers)]);
    const { rows: entries } = await sql<EntryRow>`
      select e.id, e.number, e.line_id, e.state, e.method, e.at, e.by, e.wording, e.language, e.message_id, e.evidence, e.certain
      from jsonb_array_elements_text(${wanted}) as n (number)
      join opt_in_entries e on e.tenant_id = ${tenantId} and e.number = n.number order by e.at, e.id`.execute(tx);
    const { rows: optIns } = await sql<OptInRow>`
      select o.number, o.line_id, o.state, o.method, o.needs_review, o.carrier_blocked, o.since, o.updated_at
      from jsonb_array_elements_text(${wanted}) as n (number)
      join opt_ins o on o.tenant_id = ${tenantId} and o.number = n.number`.execute(tx);
    const histories = new Map<string, OptInEntry[]>();
    for (const entry of entries.map(toEntry)) {
      const history = histories.get(nameOf(entry));
      if (history) history.push(entry);
      else histories.set(nameOf(entry), [entry]);
    }
    const standings = new Map(optIns.map(toOptIn).map((one) => [nameOf(one), one]));
    return new Ledger(tenantId, histories, standings, context);
  }

  /** Where a number stands with a line, or with all lines (null), by itself. */
  standing(number: string, lineId: LineId | null): OptIn {
    return this.#standings.get(nameOf({ number, lineId })) ?? unknownOptIn(number, lineId);
  }

  /** All that is known of a number and a line, or all lines (null), the earliest first. */
  history(number: string, lineId: LineId | null): readonly OptInEntry[] {
    return this.#histories.get(nameOf({ number, lineId })) ?? [];
  }

  /** Whether the same is on record: at the same time, or, for what happens now, as the latest. */
  knows(change: NewEntry): boolean {
    const history = this.history(change.number, change.lineId);
    const candidates = change.at === null ? history.slice(-1) : history;
    return candidates.some(
      ({ at, state, method, evidence }) =>
        (change.at === null || Date.parse(at) === change.at) &&
        state === change.state &&
        method === change.method &&
        sameFacts(evidence ?? {}, change.evidence ?? {}),
    );
  }

  /** What would hold after an entry, without adding it. */
  preview(change: NewEntry): Addition {
    const subject = { number: change.number, lineId: change.lineId };
    const before = this.standing(change.number, change.lineId);
    const entry = this.#toEntry(change);
    const { state, method, since, needsReview, carrierBlocked } = foldHistory([...this.#historyOf(subject), entry]);
    const folded = { ...subject, state, method, since, needsReview, carrierBlocked };
    if (isSame(before, folded)) return { entry, before, after: before };
    const earliest = before.updatedAt === null ? 0 : Date.parse(before.updatedAt) + 1;
    return { entry, before, after: { ...folded, updatedAt: new Date(Math.max(this.#now, earliest)).toISOString() } };
  }

  /** Adds an entry. */
  add(change: NewEntry): Addition {
    const addition = this.preview(change);
    const { entry, before, after } = addition;
    const name = nameOf(entry);
    this.#histories.set(name, [...this.#historyOf(entry), entry].sort(byTime));
    this.#added.push(entry);
    if (after !== before) {
      this.#standings.set(name, after);
      this.#changed.set(name, after);
    }
    return addition;
  }

  /** Writes what was added, with one statement, and gives what has changed. */
  async write(tx: Tx): Promise<OptIn[]> {
    const changed = [...this.#changed.values()];
    if (this.#added.length === 0) return changed;
    const tenantId = this.#tenantId;
    const entries = this.#added.map(({ lineId, messageId, ...entry }) => ({
      ...entry,
      line_id: lineColumn(lineId),
      message_id: messageId,
    }));
    const optIns = changed.map((one) => ({
      number: one.number,
      line_id: lineColumn(one.lineId),
      state: one.state,
      method: one.method,
      needs_review: one.needsReview,
      carrier_blocked: one.carrierBlocked,
      since: one.since,
      updated_at: one.updatedAt,
    }));
    await sql`with added as (
        insert into opt_in_entries (tenant_id, id, number, line_id, state, method, at, by, wording, language, message_id,
          evidence, certain, created_at)
        select ${tenantId}::text, e.id, e.number, e.line_id, e.state, e.method, e.at, e.by, e.wording, e.language,
          e.message_id, e.evidence, e.certain, ${new Date(this.#now)}::timestamptz
        from ${recordset(entries)} as e (id text, number text, line_id text, state text, method text,
          at timestamptz, by jsonb, wording text, language text, message_id text, evidence jsonb, certain boolean)
        returning 1)
      insert into opt_ins as o (tenant_id, number, line_id, state, method, needs_review, carrier_blocked, since, updated_at)
      select ${tenantId}::text, n.*
      from ${recordset(optIns)} as n (number text, line_id text, state text, method text,
        needs_review boolean, carrier_blocked boolean, since timestamptz, updated_at timestamptz)
      on conflict (tenant_id, number, line_id) do update set state = excluded.state, method = excluded.method,
        needs_review = excluded.needs_review, carrier_blocked = excluded.carrier_blocked, since = excluded.since,
        updated_at = excluded.updated_at`.execute(tx);
    return changed;
  }

  #historyOf(subject: Subject): readonly OptInEntry[] {
    return this.history(subject.number, subject.lineId);
  }

  #toEntry({ at, wording, language, messageId, evidence, certain, ...rest }: NewEntry): OptInEntry {
    const last = this.#historyOf(rest).at(-1);
    const time = at ?? Math.max(this.#now, last ? Date.parse(last.at) + 1 : 0);
    return {
      ...rest,
      id: this.#ids("optInEntry"),
      at: new Date(time).toISOString(),
      wording: wording ?? null,
      language: language ?? null,
      messageId: messageId ?? null,
      evidence: evidence == null ? null : { ...evidence },
      certain: certain ?? true,
    };
  }
}

/** What is said of a number that nobody said anything about. */
export const unknownOptIn = (number: string, lineId: LineId | null): OptIn => ({
  number,
  lineId,
  state: "unknown",
  method: null,
  needsReview: false,
  carrierBlocked: false,
  since: null,
  updatedAt: null,
});

// The store keeps a document's names in an order of its own.
function sameFacts(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const given = Object.entries(b).filter(([, value]) => value !== undefined);
  return Object.keys(a).length === given.length && given.every(([name, value]) => a[name] === value);
}

type Folded = Omit<OptIn, "updatedAt">;

function isSame(a: Folded, b: Folded): boolean {
  return (
    a.state === b.state &&
    a.method === b.method &&
    a.needsReview === b.needsReview &&
    a.carrierBlocked === b.carrierBlocked &&
    a.since === b.since
  );
}

const byTime = (a: OptInEntry, b: OptInEntry): number =>
  Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
