import type { ConversationId, LineId, MessageCheck, OptIn, OptInEntry, Trunkline } from "@trunkline/sdk";
import { isTrunklineError } from "@trunkline/sdk";
import type { ReactiveController, ReactiveControllerHost } from "lit";

/** What was asked longer ago, in milliseconds, is asked again when somebody is about to write. */
const FRESH_MS = 60_000;
/** Events that come within this time are asked about once. */
const GATHER_MS = 300;

/** Where a first text would go that opens a conversation. */
export interface NewPlace {
  readonly lineId: LineId;
  /** The line's number or sender id. */
  readonly from: string;
  /** E.164. */
  readonly to: string;
}

export interface StandingWanted {
  /** Null where nobody is to be asked. */
  readonly client: Trunkline | null;
  readonly place: ConversationId | NewPlace | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** An opt-out, with the entry of the ledger that tells who said what. */
export interface OptOut {
  readonly optIn: OptIn;
  readonly entry: OptInEntry | null;
}

type StandingHost = ReactiveControllerHost & Pick<HTMLElement, "isConnected" | "dispatchEvent">;

/** Whether a text could leave: asked when a conversation is opened, and again when something may have changed that. */
export class StandingController implements ReactiveController {
  readonly #host: StandingHost;
  readonly #wanted: () => StandingWanted;
  #client: Trunkline | null = null;
  #place: StandingWanted["place"];
  #abort = new AbortController();
  #askedAt = Number.NEGATIVE_INFINITY;
  #leave: () => void = () => undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #minute: ReturnType<typeof setTimeout> | undefined;
  #number: string | null = null;
  /** What the gateway said; null while it is not known, and nothing stands against writing then. */
  check: MessageCheck | null = null;
  /** Null unless they have opted out. */
  optOut: OptOut | null = null;
  /** What went wrong with the last review; null for nothing. */
  problem: "check.conflict" | "check.failed" | null = null;
  isSettling = false;

  constructor(host: StandingHost, wanted: () => StandingWanted) {
    this.#host = host;
    this.#wanted = wanted;
    host.addController(this);
  }

  hostUpdate(): void {
    const { client, place } = this.#wanted();
    const wanted = this.#host.isConnected ? client : null;
    const isElsewhere = nameOf(place) !== nameOf(this.#place);
    if (wanted === this.#client && !isElsewhere) return;
    this.#stop();
    if (isElsewhere) this.#forget();
    this.#client = wanted;
    this.#place = place;
    if (wanted === null || place === undefined) return;
    const stops = [
      wanted.events.on("opt_in.changed", ({ data }) => {
        if (this.#number === null || data.number === this.#number) this.#askSoon();
      }),
      // An answer may go where a text out of the blue would wait.
      wanted.events.on("message.created", ({ data }) => {
        if (data.conversationId === place && data.direction === "inbound") this.#askSoon();
      }),
    ];
    this.#leave = () => {
      for (const stop of stops) stop();
    };
    void this.ask();
  }

  hostUpdated(): void {
    // The clock of the notice goes on, and ends with it.
    if (this.check?.sendAfter == null || this.#minute !== undefined || this.#client === null) return;
    const now = this.#wanted().now();
    this.#minute = setTimeout(
      () => {
        this.#minute = undefined;
        if (Date.parse(this.check?.sendAfter ?? "") <= this.#wanted().now()) void this.ask();
        else this.#host.requestUpdate();
      },
      60_000 - (now % 60_000) + 50,
    );
  }

  hostDisconnected(): void {
    this.#stop();
    this.#client = null;
  }

  /** Somebody is about to write. */
  refresh(): void {
    if (this.#client !== null && this.#wanted().now() - this.#askedAt > FRESH_MS) void this.ask();
  }

  async ask(): Promise<void> {
    const client = this.#client;
    const place = this.#place;
    if (client === null || place === undefined) return;
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#askedAt = this.#wanted().now();
    try {
      const target = typeof place === "string" ? place : { from: place.from, to: place.to };
      const check = await client.messages.check(target, {}, { signal });
      const isOut = check.reasons.some(({ code }) => code === "opted_out");
      const optOut = isOut && !check.canSend ? await this.#lookUp(client, place, signal) : null;
      if (signal.aborted) return;
      this.optOut = optOut;
      this.#tell(check);
      this.#host.requestUpdate();
    } catch {
      // Nobody waits for it: a text that may not leave is refused all the same, and the connection tells its own trouble.
    }
  }

  /** Settles words that were taken for an opt-out, or takes back what staff recorded. */
  async settle(isMeant: boolean): Promise<void> {
    const client = this.#client;
    const optIn = this.optOut?.optIn;
    if (client === null || optIn === undefined || this.isSettling) return;
    this.isSettling = true;
    this.problem = null;
    this.#host.requestUpdate();
    const { number, lineId } = optIn;
    try {
      const evidence = isMeant
        ? { method: "staff" as const, note: "Read by a person: it was meant." }
        : { method: "staff" as const };
      await client.optIns.set({ number, lineId, state: isMeant ? "opted_out" : "unknown", evidence });
      await this.ask();
    } catch (error) {
      this.problem = isTrunklineError(error) && error.code === "conflict" ? "check.conflict" : "check.failed";
    } finally {
      this.isSettling = false;
      this.#host.requestUpdate();
    }
  }

  async #lookUp(client: Trunkline, place: ConversationId | NewPlace, signal: AbortSignal): Promise<OptOut | null> {
    const { number, lineId } =
      typeof place === "string" ? await placeOf(client, place, signal) : { number: place.to, lineId: place.lineId };
    if (number === undefined) return null;
    if (!signal.aborted) this.#number = number;
    const [found] = await client.optIns.lookup({ numbers: [number], lineId }, { signal });
    const optIn = found?.optIns.find(({ state }) => state === "opted_out");
    if (!optIn) return null;
    const entries = found?.history.filter(
      ({ state, lineId: of, method }) => state === "opted_out" && of === optIn.lineId && method === optIn.method,
    );
    const entry = entries?.find(({ at }) => at === optIn.since) ?? entries?.[0] ?? null;
    return { optIn, entry };
  }

  #askSoon(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      void this.ask();
    }, GATHER_MS);
  }

  /** The thread around hears of it too: it shows texts that wait to leave. */
  #tell(check: MessageCheck | null): void {
    this.check = check;
    this.#host.dispatchEvent(new CustomEvent("check", { detail: check }));
  }

  #forget(): void {
    this.#tell(null);
    this.optOut = null;
    this.problem = null;
    this.#number = null;
  }

  #stop(): void {
    this.#leave();
    this.#leave = () => undefined;
    this.#abort.abort();
    clearTimeout(this.#gathering);
    clearTimeout(this.#minute);
    this.#gathering = undefined;
    this.#minute = undefined;
  }
}

const nameOf = (place: StandingWanted["place"]): string | undefined =>
  typeof place === "object" ? `${place.from} ${place.to}` : place;

async function placeOf(client: Trunkline, id: ConversationId, signal: AbortSignal) {
  const { participants, lineId } = await client.conversations.get(id, { signal });
  return { number: participants[0]?.number, lineId };
}
