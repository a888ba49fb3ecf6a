import { isE164 } from "@trunkline/protocol/vocabulary";
import { type Conversation, isTrunklineError, type LineId, type Trunkline } from "@trunkline/sdk";
import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Environment } from "../../shared/environment.ts";
import { icon } from "../../shared/icons.ts";
import { PROHIBITED } from "../../shared/prohibited-icon.ts";

/** Numbers that come into view, or change, within this time are asked about together. */
const GATHER_MS = 100;
/** Numbers in one look-up, as many as the gateway takes. */
const MAX_PER_LOOKUP = 100;

type MarksHost = ReactiveControllerHost & { readonly isConnected: boolean };

/**
 * Marks conversations with people who have opted out. It looks up the numbers that are shown, each once, and again when an
 * event tells that one has changed or the stream of events has begun anew.
 */
export class OptOutMarks implements ReactiveController {
  readonly #host: MarksHost;
  readonly #environment: () => Environment;
  /** By number: the lines with which it has opted out; null among them stands for all lines. */
  readonly #known = new Map<string, ReadonlySet<LineId | null>>();
  /** By number: the look-up whose answer counts. */
  readonly #asked = new Map<string, object>();
  readonly #waiting = new Set<string>();
  #client: Trunkline | null = null;
  #abort = new AbortController();
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #stops: readonly (() => void)[] = [];

  constructor(host: MarksHost, environment: () => Environment) {
    this.#host = host;
    this.#environment = environment;
    host.addController(this);
  }

  hostUpdate(): void {
    const { client: given, me } = this.#environment();
    const client = this.#host.isConnected && me?.permissions.includes("opt_ins.read") ? given : null;
    if (client === this.#client) return;
    this.#stop();
    if (client === null) return;
    this.#client = client;
    const { connection, events } = client;
    let { state } = connection.getSnapshot();
    this.#stops = [
      events.on("opt_in.changed", ({ data }) => {
        if (this.#asked.delete(data.number)) this.#host.requestUpdate();
      }),
      connection.subscribe(() => {
        const before = state;
        ({ state } = connection.getSnapshot());
        if (state !== "live" || before === "live") return;
        this.#asked.clear(); // something may have changed before; what is known stays on show until the answer is there
        this.#host.requestUpdate();
      }),
    ];
  }

  hostDisconnected(): void {
    this.#stop();
  }

  /** The mark, where they have opted out as far as is known; asking makes it known. */
  of({ participants, lineId }: Conversation): TemplateResult | typeof nothing {
    const number = participants[0]?.number ?? "";
    if (!isE164(number)) return nothing; // short codes and names do not opt out
    this.#want(number);
    const lines = this.#known.get(number);
    if (!lines?.has(null) && !lines?.has(lineId)) return nothing;
    const label = this.#environment().words.t("list.opted-out");
    return html`<span title=${label}>${icon(PROHIBITED)}<span class="visually-hidden">${label}</span></span>`;
  }

  #want(number: string): void {
    if (this.#client === null || this.#asked.has(number)) return;
    this.#waiting.add(number);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      const numbers = [...this.#waiting];
      this.#waiting.clear();
      while (numbers.length > 0) void this.#lookUp(numbers.splice(0, MAX_PER_LOOKUP));
    }, GATHER_MS);
  }

  async #lookUp(numbers: string[]): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    const { signal } = this.#abort;
    const turn = {};
    for (const number of numbers) this.#asked.set(number, turn);
    try {
      const found = await client.optIns.lookup({ numbers }, { signal });
      if (signal.aborted) return;
      for (const { number, optIns } of found) {
        if (this.#asked.get(number) !== turn) continue; // it has changed meanwhile, and is asked about again
        const out = optIns.filter(({ state }) => state === "opted_out").map((optIn) => optIn.lineId);
        this.#known.set(number, new Set(out));
      }
      this.#host.requestUpdate();
    } catch (error) {
      // Nobody waits for it, and the thread says the same. But a number that the gateway does not take hides no other.
      const isOne = numbers.length === 1 || signal.aborted;
      if (isOne || !isTrunklineError(error) || error.code !== "invalid_number") return;
      const half = Math.ceil(numbers.length / 2);
      for (const part of [numbers.slice(0, half), numbers.slice(half)]) void this.#lookUp(part);
    }
  }

  #stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#client = null;
    this.#abort.abort();
    this.#abort = new AbortController();
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#waiting.clear();
    this.#asked.clear();
  }
}
