import { setTimeout as wait } from "node:timers/promises";
import {
  type Broadcast,
  type BroadcastRecipient,
  type EventPage,
  isFinalStatus,
  type Page,
  type RecipientState,
} from "@trunkline/protocol";
import { type Stage, type StoreName, setStage } from "./stage.ts";

export interface BroadcastRigOptions {
  store: StoreName;
  recipients: number;
  /** How often the gateway is killed while the broadcast runs. */
  kills: number;
  /** Share of the recipients that say STOP while it runs. */
  stops: number;
  /** Says what is going on. */
  note(line: string): void;
}

/** What a run showed. It held when there are no violations. */
export interface BroadcastReport {
  /** What was broken, by kind. */
  readonly violations: ReadonlyMap<string, readonly string[]>;
  readonly states: Readonly<Partial<Record<RecipientState | "opted_out", number>>>;
  /** STOPs that the gateway had answered before a text was on its way, and that kept it back. */
  readonly heeded: number;
  readonly kills: number;
  readonly seconds: number;
}

/** A text that the carrier took. */
interface AcceptedText {
  readonly to: string;
  readonly text: string;
  /** When the request arrived. */
  readonly at: string;
}

/** A text that was on its way while its recipient's STOP was answered, or, wrongly, began after it. */
interface LateText {
  readonly what: string;
  readonly messageId: string | null;
  /** When the STOP was answered, and when the text reached the carrier. */
  readonly stoppedAt: number;
  readonly arrivedAt: number;
}

const SETTLE_MS = 300_000;
const GIVE_UP_MS = 60_000;
/** STOPs that wait for an answer at once. */
const IN_FLIGHT = 20;
const WORDS = "the harbor opens at nine on Saturday";
const phone = (index: number) => `+1425${2_000_000 + index}`;

/**
 * One broadcast on a gateway that is killed (`kill -9`) again and again, while recipients say STOP: each recipient must
 * end with one result, the carrier takes at most one text for each, and none leaves to whoever had said STOP.
 */
export async function runBroadcastRig(options: BroadcastRigOptions): Promise<BroadcastReport> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    return await new Rig(options, await setStage(options.store, undo)).run();
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

class Rig {
  readonly #options: BroadcastRigOptions;
  readonly #stage: Stage;
  readonly #violations = new Map<string, string[]>();
  /** When the gateway had answered each number's STOP, on the world's clock. */
  readonly #stopped = new Map<string, number>();
  /** Texts that reached the carrier after their recipient's STOP was answered. */
  readonly #late: LateText[] = [];
  #handed = 0;
  #isOver = false;
  #heeded = 0;

  constructor(options: BroadcastRigOptions, stage: Stage) {
    this.#options = options;
    this.#stage = stage;
  }

  async run(): Promise<BroadcastReport> {
    const { kills, recipients, note } = this.#options;
    const started = performance.now();
    // A carrier that takes a moment leaves texts half handed over at every kill.
    await this.#stage.world("PUT", "/world/carriers/sandbox", { latencyMs: 40 });
    const { id } = await this.#create();
    const watching = this.#watch(id);
    const stopping = this.#sayStop();
    for (let kill = 1; kill <= kills; kill++) {
      // A little later, so that STOPs which are due by then get through, or are cut off halfway.
      await this.#progress(((kill + Math.random() / 2) * recipients) / (kills + 1));
      await this.#stage.kill();
      note(`kill ${kill}: ${this.#handed} of ${recipients} handed over, ${this.#stopped.size} STOPs answered`);
      if (this.#isOver) this.#violate("an idle test", `the broadcast was over before kill ${kill}`);
      const killed = performance.now();
      await this.#stage.restart();
      note(`        back after ${Math.round(performance.now() - killed)} ms`);
    }
    await watching;
    await stopping;
    note(
      `the broadcast is over after ${Math.round((performance.now() - started) / 1000)} s; waiting for the last receipts`,
    );
    const results = await this.#settled(id);
    await this.#check(results);
    const states = countBy(results.map(({ state, failure }) => (failure?.code === "opted_out" ? "opted_out" : state)));
    return {
      violations: this.#violations,
      states,
      heeded: this.#heeded,
      kills,
      seconds: Math.round((performance.now() - started) / 1000),
    };
  }

  /** Makes the broadcast as a careful application does: again under the same key until the gateway has answered. */
  async #create(): Promise<Broadcast> {
    const recipients = Array.from({ length: this.#options.recipients }, (_, index) => ({
      to: phone(index),
      variables: { n: String(index) },
    }));
    const body = { lineId: this.#stage.tenant.lines[0]?.id, text: `No. {{n}}: ${WORDS}`, recipients };
    return (await this.#call("POST", "/v1/broadcasts", body)) as Broadcast;
  }

  /** Follows how far the broadcast is, until it is over. */
  async #watch(id: string): Promise<void> {
    while (!this.#isOver) {
      const { state, counts } = (await this.#call("GET", `/v1/broadcasts/${id}`)) as Broadcast;
      this.#handed = counts.total - counts.waiting;
      this.#isOver = state === "completed";
      await wait(100);
    }
  }

  async #progress(handed: number): Promise<void> {
    while (this.#handed < handed && !this.#isOver) await wait(20);
  }

  /** Some recipients say STOP, each at a moment of its own: before their text, after it, and while it is under way. */
  async #sayStop(): Promise<void> {
    const { recipients, stops } = this.#options;
    const indexes = Array.from({ length: recipients }, (_, index) => index).filter(() => Math.random() < stops);
    const due = indexes
      .map((index) => ({ number: phone(index), after: Math.random() * 0.9 * recipients }))
      .sort((a, b) => a.after - b.after);
    const line = this.#stage.tenant.lines[0]?.number;
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, async () => {
        for (let stop = due.shift(); stop; stop = due.shift()) {
          await this.#progress(stop.after);
          const path = `/world/handsets/${encodeURIComponent(stop.number)}/messages`;
          const sent = (await this.#stage.world("POST", path, { to: line, text: "STOP" })) as {
            webhook: { kind: string; status?: number };
          };
          // Where the gateway was away the carrier goes on trying, and nobody here knows when it got through.
          const { kind, status = 0 } = sent.webhook;
          if (kind === "answered" && status >= 200 && status < 300) this.#stopped.set(stop.number, Date.now());
        }
      }),
    );
  }

  /** Every recipient's result, once nothing is expected to change it. */
  async #settled(id: string): Promise<BroadcastRecipient[]> {
    let open = 0;
    for (const end = performance.now() + SETTLE_MS; performance.now() < end; await wait(500)) {
      const { counts } = (await this.#call("GET", `/v1/broadcasts/${id}`)) as Broadcast;
      open = counts.waiting + counts.sending;
      if (open === 0) break;
    }
    if (open > 0) this.#violate("not settled", `${open} recipients`);
    const results: BroadcastRecipient[] = [];
    for (let cursor = ""; ; ) {
      const page = (await this.#call(
        "GET",
        `/v1/broadcasts/${id}/recipients?limit=200${cursor}`,
      )) as Page<BroadcastRecipient>;
      results.push(...page.data);
      if (page.nextCursor === null) return results;
      cursor = `&cursor=${page.nextCursor}`;
    }
  }

  async #check(results: readonly BroadcastRecipient[]): Promise<void> {
    const { recipients } = this.#options;
    const { data } = (await this.#stage.world("GET", "/world/carriers/sandbox/accepted")) as { data: AcceptedText[] };
    const taken = new Map<string, AcceptedText[]>();
    for (const text of data) {
      if (text.text.includes(WORDS)) taken.set(text.to, [...(taken.get(text.to) ?? []), text]); // the rest answers STOPs
    }
    const indexes = results.map(({ index }) => index);
    if (indexes.length !== recipients || indexes.some((index, place) => index !== place)) {
      this.#violate("not one result for each", `${indexes.length} results for ${recipients} recipients`);
    }
    for (const result of results) this.#checkOne(result, taken.get(result.to) ?? []);
    await this.#checkLate();
    for (const to of taken.keys()) {
      if (!results.some((result) => result.to === to)) this.#violate("taken for nobody", to);
    }
    if (this.#options.stops > 0 && this.#heeded === 0) this.#violate("an idle test", "no STOP came before its text");
  }

  #checkOne({ index, to, state, failure, messageId }: BroadcastRecipient, taken: readonly AcceptedText[]): void {
    const what = `no. ${index} (${failure?.code ?? state})`;
    if (to !== phone(index)) this.#violate("another recipient's result", what);
    if (state === "waiting" || (state !== "skipped" && !isFinalStatus(state))) this.#violate("no end", what);
    if (taken.length > 1) this.#violate("taken more than once", `${what}: ${taken.length} times`);
    const [text] = taken;
    if (text && text.text !== `No. ${index}: ${WORDS}`) this.#violate("another recipient's words", what);
    if (state === "delivered" && !text) this.#violate("believed delivered, never taken", what);
    if ((state === "skipped" || failure?.code === "opted_out") && text)
      this.#violate("taken, and believed not to be", what);
    const stoppedAt = this.#stopped.get(to);
    if (stoppedAt === undefined) {
      if (failure !== null && failure.code !== "opted_out")
        this.#violate("failed without a reason of the test's", what);
      return;
    }
    const arrivedAt = text ? Date.parse(text.at) : 0;
    if (arrivedAt > stoppedAt) this.#late.push({ what, messageId, stoppedAt, arrivedAt });
    if (!text && failure?.code !== "opted_out") this.#violate("kept back for another reason than the STOP", what);
    if (!text) this.#heeded += 1;
  }

  /**
   * A busy machine delivers late what left in time: a hand-over began when the gateway said `sending`. One whose outcome
   * became unknown may have begun once more without a word, and gets no such excuse.
   */
  async #checkLate(): Promise<void> {
    if (this.#late.length === 0) return;
    const begun = await this.#handOvers(new Set(this.#late.map(({ messageId }) => messageId)));
    for (const { what, messageId, stoppedAt, arrivedAt } of this.#late) {
      const began = Math.max(...(begun.get(messageId) ?? []).filter((at) => at <= arrivedAt));
      if (began <= stoppedAt && Number.isFinite(began)) {
        this.#options.note(
          `${what} was on its way when its STOP was answered, and came ${arrivedAt - stoppedAt} ms later`,
        );
      } else this.#violate("handed over after the STOP", `${what}: begun ${began - stoppedAt} ms after it`);
    }
  }

  /** When each of these texts became `sending`, by the gateway's log. */
  async #handOvers(ids: ReadonlySet<string | null>): Promise<Map<string | null, number[]>> {
    const begun = new Map<string | null, number[]>();
    for (let after = ""; ; ) {
      const path = `/v1/events?limit=200&types=message.updated${after}`;
      const page = (await this.#call("GET", path)) as EventPage;
      for (const event of page.data) {
        if (event.type !== "message.updated" || !ids.has(event.data.id)) continue;
        const { id, status } = event.data;
        if (status === "sending") begun.set(id, [...(begun.get(id) ?? []), Date.parse(event.timestamp)]);
        if (status === "unknown") begun.set(id, [Number.POSITIVE_INFINITY]);
      }
      if (!page.hasMore) return begun;
      after = `&after=${encodeURIComponent(page.cursor)}`;
    }
  }

  #violate(kind: string, what: string): void {
    this.#violations.set(kind, [...(this.#violations.get(kind) ?? []), what]);
  }

  /** Calls the gateway until it has answered: it may be away. */
  async #call(method: string, path: string, body?: object): Promise<unknown> {
    for (const end = performance.now() + GIVE_UP_MS; performance.now() < end; await wait(200)) {
      const response = await fetch(this.#stage.gatewayUrl + path, {
        method,
        headers: {
          accept: "application/json",
          authorization: `Bearer ${this.#stage.tenant.apiKey}`,
          ...(body ? { "content-type": "application/json", "idempotency-key": path } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }).catch(() => undefined);
      const answer: unknown = await response?.json().catch(() => undefined);
      if (response?.ok && answer !== undefined) return answer;
      if (response && response.status < 500 && response.status !== 429) {
        throw new Error(`${method} ${path} was answered ${response.status} ${JSON.stringify(answer)}`);
      }
    }
    throw new Error(`${method} ${path} was never answered`);
  }
}

function countBy<Key extends string>(keys: readonly Key[]): Partial<Record<Key, number>> {
  const counts: Partial<Record<Key, number>> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
