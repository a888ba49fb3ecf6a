import type { AnyEvent, EventOf, StreamEventMap } from "@trunkline/protocol";
import { isTrunklineError } from "../errors.ts";
import type { Platform } from "../platform.ts";
import { Cell } from "../store/observable.ts";
import { backOffMs, pause } from "../waiting.ts";
import type { Connection, ConnectionView } from "./connection.ts";
import { Emitter } from "./emitter.ts";
import type { EventSource, SourceSink } from "./event-source.ts";

/** How long a reader waits for a stream before it reads without one. */
const PATIENCE_MS = 4_000;
/** A stream without listeners goes on for this long. */
const LINGER_MS = 5_000;
/** Ids of events remembered to tell repeats: a new leader may repeat what the old one had passed on. */
const REMEMBERED = 1_000;

/** Somebody who holds what the gateway has, and keeps it up to date. */
export interface Reader {
  /** Called for every event, in order. */
  event(event: AnyEvent): void;
  /** Reads anew what is held. Rejects when that failed; what may be tried again is. */
  refresh(signal: AbortSignal): Promise<void>;
  /** Drops what is held: it is not the caller's to see. */
  clear(): void;
}

export interface FeedParts {
  readonly platform: Platform;
  createSource(sink: SourceSink): EventSource;
  /** Looks at each event before anybody else does. */
  first(event: AnyEvent): void;
  report(error: unknown): void;
}

/**
 * Brings events to those who want them, each once and in order, and tells readers when to read anew. The stream runs while
 * somebody holds the feed.
 *
 * A reader's page is fetched after the stream stands: what is committed before the page is in it, what is committed
 * later comes as an event, and what is in both is merged by id.
 */
export class Feed {
  readonly #parts: FeedParts;
  readonly #source: EventSource;
  readonly #emitter: Emitter<{ [Type in keyof StreamEventMap]: EventOf<Type> }>;
  readonly #connection: Cell<Connection>;
  readonly #readers = new Map<Reader, AbortController>();
  readonly #refreshing = new Set<Promise<void>>();
  readonly #seen = new Set<string>();
  readonly #closing = new AbortController();
  #catchingUp = new AbortController();
  #holders = 0;
  #isWhole = false;
  #raw: Connection = { state: "idle" };
  /** For `connection`, as the client shows it. */
  readonly view: ConnectionView;

  constructor(parts: FeedParts) {
    this.#parts = parts;
    this.#emitter = new Emitter(parts.report);
    this.#connection = new Cell<Connection>(this.#raw, parts.report);
    this.#source = parts.createSource({
      event: (data) => this.#onEvent(data),
      stale: () => this.#onStale(),
      state: (connection) => this.#onState(connection),
    });
    this.view = {
      subscribe: (listener) => this.#connection.subscribe(listener),
      getSnapshot: () => this.#connection.getSnapshot(),
      retry: () => {
        if (this.#holders > 0) this.#source.retry();
      },
    };
  }

  /** Calls `listener` for each event of that type; the stream is held until the way out is taken. */
  on<Type extends keyof StreamEventMap>(type: Type, listener: (event: EventOf<Type>) => void): () => void {
    const stop = this.#emitter.on(type, listener);
    const release = this.#hold();
    return () => {
      stop();
      // Whoever listens again soon finds the stream still there.
      void pause(this.#parts.platform.clock, LINGER_MS, this.#closing.signal).then(release);
    };
  }

  /** Reads for `reader` as soon as nothing can be missed any more, and keeps it told. Returns the way out. */
  attach(reader: Reader): () => void {
    const release = this.#hold();
    this.#readers.set(reader, new AbortController());
    if (this.#isWhole) this.refresh(reader);
    else void this.#readWithoutStream(reader);
    return () => {
      this.#readers.get(reader)?.abort();
      this.#readers.delete(reader);
      release();
    };
  }

  /** Has `reader` read anew, again and again while the failure may pass. */
  refresh(reader: Reader): void {
    const before = this.#readers.get(reader);
    if (!before) return;
    before.abort();
    const controller = new AbortController();
    this.#readers.set(reader, controller);
    const first = this.#refreshOnce(reader, controller.signal, 1).finally(() => this.#refreshing.delete(first));
    this.#refreshing.add(first);
  }

  /** Drops everything about the caller and begins again, as for somebody else. */
  restart(): void {
    this.#source.stop();
    this.#isWhole = false;
    this.#seen.clear();
    for (const [reader, controller] of this.#readers) {
      controller.abort();
      this.#readers.set(reader, new AbortController());
      reader.clear();
      void this.#readWithoutStream(reader);
    }
    if (this.#holders > 0) this.#source.start();
  }

  /** What the caller sees has changed: the stream is asked for anew, from where it stands, and everything read again. */
  renew(): void {
    if (this.#holders <= 0) return;
    this.#source.renew();
    for (const reader of this.#readers.keys()) this.refresh(reader);
  }

  /** Ends everything for good. */
  close(): void {
    this.#holders = Number.NEGATIVE_INFINITY; // whoever lets go later changes nothing
    for (const controller of this.#readers.values()) controller.abort();
    this.#readers.clear();
    this.#emitter.clear();
    this.#source.stop();
    this.#onState({ state: "idle" });
    this.#closing.abort();
  }

  #hold(): () => void {
    this.#holders += 1;
    if (this.#holders === 1) this.#source.start();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holders -= 1;
      if (this.#holders !== 0) return;
      this.#source.stop();
      this.#isWhole = false;
      this.#onState({ state: "idle" });
    };
  }

  async #refreshOnce(reader: Reader, signal: AbortSignal, tries: number): Promise<void> {
    try {
      await reader.refresh(signal);
    } catch (error) {
      if (!isTrunklineError(error)) this.#parts.report(error);
      else if (error.retryable && !signal.aborted) void this.#refreshLater(reader, signal, tries, error.retryAfterMs);
    }
  }

  async #refreshLater(reader: Reader, signal: AbortSignal, tries: number, afterMs: number | null): Promise<void> {
    const { clock, random } = this.#parts.platform;
    await pause(clock, Math.max(afterMs ?? 0, backOffMs(tries, random)), signal);
    if (!signal.aborted) await this.#refreshOnce(reader, signal, tries + 1);
  }

  /** Where streams do not pass, pages still do: show those, and read again when a stream stands after all. */
  async #readWithoutStream(reader: Reader): Promise<void> {
    const controller = this.#readers.get(reader);
    if (!controller) return;
    await pause(this.#parts.platform.clock, PATIENCE_MS, controller.signal);
    if (!controller.signal.aborted) this.refresh(reader);
  }

  #onStale(): void {
    this.#isWhole = true;
    for (const reader of this.#readers.keys()) this.refresh(reader);
  }

  #onEvent(data: unknown): void {
    if (!isEnvelope(data) || this.#seen.has(data.id)) return;
    this.#seen.add(data.id);
    const [oldest] = this.#seen;
    if (this.#seen.size > REMEMBERED && oldest !== undefined) this.#seen.delete(oldest);
    this.#pass(data);
  }

  #pass(event: AnyEvent): void {
    try {
      this.#parts.first(event);
      for (const reader of [...this.#readers.keys()]) reader.event(event);
    } catch (error) {
      this.#parts.report(error); // an event of an unforeseen form must not end the stream for all others
    }
    this.#emitter.emit(event.type, event as never); // the type names the envelope's form
  }

  #onState(connection: Connection): void {
    const before = this.#raw;
    // A leading tab repeats itself to show that it is awake.
    if (before.state === "live" && connection.state === "live" && +before.since === +connection.since) return;
    this.#raw = connection;
    this.#catchingUp.abort();
    this.#catchingUp = new AbortController();
    if (connection.state === "live") void this.#showWhenCaughtUp(connection, this.#catchingUp.signal);
    else this.#connection.set(connection);
  }

  async #showWhenCaughtUp(live: Connection, changed: AbortSignal): Promise<void> {
    await Promise.all(this.#refreshing);
    if (!changed.aborted) this.#connection.set(live);
  }
}

function isEnvelope(data: unknown): data is AnyEvent {
  const { id, type } = data as Partial<AnyEvent>;
  return typeof id === "string" && typeof type === "string";
}
