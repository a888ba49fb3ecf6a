import type { ConversationId, Message, SendMessage, TemplateId } from "@trunkline/protocol";
import { isTrunklineError, TrunklineError } from "../errors.ts";
import { Listeners } from "../events/listeners.ts";
import type { Platform } from "../platform.ts";
import type { KeyedCallOptions } from "../resources/call-options.ts";
import { abortError, backOffMs, pause } from "../waiting.ts";
import type { MessageContent } from "./message-targets.ts";
import { Stored } from "./stored.ts";
import { type Tries, toRow, type UnsentRow, type UnsentText, type UnsentTexts } from "./unsent-text.ts";

/** A text in a browser is tried for this long before a person has to decide. */
const PATIENCE_MS = 10 * 60_000;
/** The gateway remembers a key for 24 hours; an older text might be taken twice, so that a person decides. */
const KEY_LIFE_MS = 23 * 60 * 60_000;
/** A longer key cannot be a message's `clientId`. */
const MAX_CLIENT_ID = 64;

type Target = UnsentText["target"];

/** A text on its way, as it is kept over a reload. */
interface StoredEntry extends UnsentText {
  readonly failure?: { readonly code: string; readonly message: string } | undefined;
}

interface Entry extends UnsentText {
  error: Tries["error"];
  delay: Tries["delay"];
  row: UnsentRow | null;
  givesUpAt: number;
  /** The gateway does not want to hear of it before. */
  notBefore: number;
  /** Ends the wait under way. */
  wait: AbortController;
  /** It has left the outbox, one way or the other. */
  readonly gone: AbortController;
  readonly signal: AbortSignal | undefined;
  readonly outcome: PromiseWithResolvers<Message>;
}

export interface OutboxParts {
  readonly platform: Platform;
  /** Kept in session storage, too. */
  readonly isKept: boolean;
  readonly closed: AbortSignal;
  /** A text is to be kept: find out whose it is. */
  wantOwner(): void;
  readonly templateNames: ReadonlyMap<TemplateId, string>;
  post(target: Target, body: SendMessage, options: KeyedCallOptions): Promise<Message>;
  /** A text was accepted: live lists take it. */
  onAccepted(message: Message): void;
  report(error: unknown): void;
}

/**
 * Texts on their way. Those of one conversation go one after the other, in the order in which they were written, each
 * under a key of its own, so that however often it is sent the gateway takes it once.
 *
 * In browsers a text is tried again while the line is away. On servers nothing queues: a text has one call, whose
 * failure is the promise's.
 */
export class Outbox implements UnsentTexts {
  readonly #parts: OutboxParts;
  readonly #stored: Stored<StoredEntry[]>;
  readonly #entries = new Map<string, Entry>();
  readonly #lanes = new Map<string, Promise<void>>();
  /** Keys of texts that this client sent, by the message they became: a row keeps its key. */
  readonly #keys = new Map<string, string>();
  readonly #watchers: Listeners;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#stored = new Stored(parts.isKept ? parts.platform.storage : undefined, "trunkline outbox");
    this.#watchers = new Listeners(parts.report);
  }

  send(
    target: Target,
    content: MessageContent,
    { idempotencyKey, signal, timeoutMs }: KeyedCallOptions,
  ): Promise<Message> {
    const { closed, platform, templateNames } = this.#parts;
    if (closed.aborted) return Promise.reject(abortError(closed));
    const key = idempotencyKey ?? platform.uuid();
    const before = this.#entries.get(key);
    if (before && !before.error) return before.outcome.promise; // the same text once more: a double click
    const now = platform.clock.now();
    const patienceMs = timeoutMs ?? (platform.isBrowser ? PATIENCE_MS : 0);
    const shown = content.text ?? templateNames.get(content.templateId) ?? "";
    const entry = this.#add({ key, target, content, shown, createdAt: now }, now + patienceMs, signal);
    void this.#enqueue(entry, timeoutMs);
    return entry.outcome.promise;
  }

  /** Tries a failed text again. */
  resend(key: string): Promise<Message> {
    const before = this.#entries.get(key);
    if (!before?.error) return before?.outcome.promise ?? Promise.reject(noSuchRow(key));
    const entry = this.#add(before, this.#parts.platform.clock.now() + PATIENCE_MS, undefined);
    void this.#enqueue(entry, undefined);
    return entry.outcome.promise;
  }

  discard(key: string): void {
    if (this.#entries.get(key)?.error) this.#remove(key);
  }

  /** Rows of what has not been accepted yet, in the order in which it was written. */
  of(conversationId: ConversationId): UnsentRow[] {
    return [...this.#entries.values()]
      .filter(({ target }) => target === conversationId)
      .map((entry) => {
        entry.row ??= toRow(entry, conversationId);
        return entry.row;
      });
  }

  /** The row key of a message that this client sent. */
  keyOf(messageId: string): string | undefined {
    return this.#keys.get(messageId);
  }

  watch(listener: () => void): () => void {
    return this.#watchers.add(listener);
  }

  /** An event brought a message: it may be one of ours whose answer is still on its way, or was lost. */
  recognize(message: Message): void {
    const entry = message.clientId === null ? undefined : this.#entries.get(message.clientId);
    if (entry && (typeof entry.target !== "string" || entry.target === message.conversationId)) {
      this.#accepted(entry, message);
    }
  }

  /** The line is back: whoever waits tries now. */
  wake(): void {
    const now = this.#parts.platform.clock.now();
    for (const entry of this.#entries.values()) if (entry.notBefore <= now) entry.wait.abort();
  }

  /** From now on the outbox is this owner's: what they left is sent. */
  open(owner: string): void {
    const now = this.#parts.platform.clock.now();
    for (const stored of this.#stored.open(owner) ?? []) {
      if (this.#entries.has(stored.key)) continue;
      const entry = this.#add(stored, now + PATIENCE_MS, undefined);
      entry.outcome.promise.catch(() => undefined); // nobody waits for it any more; the row tells
      const failure = stored.failure ?? (now - stored.createdAt > KEY_LIFE_MS ? TOO_OLD : null);
      if (failure) this.#failed(entry, new TrunklineError(failure.code, { message: failure.message }));
      else void this.#enqueue(entry, undefined);
    }
    this.#save();
  }

  /** Lets go of the owner: their texts stay in storage for their next client. */
  close(reason: TrunklineError): void {
    this.#stored.close();
    this.#drop(reason);
  }

  /** Whether owners whose name begins so have left texts. */
  hasLeft(owners: string): boolean {
    return this.#stored.namesOf(owners).length > 0;
  }

  /** Erases what owners have whose name begins so, in storage too. */
  erase(owners: string, reason: TrunklineError): void {
    this.close(reason);
    this.#stored.eraseOf(owners);
  }

  #add(stored: StoredEntry, givesUpAt: number, signal: AbortSignal | undefined): Entry {
    const { key, target, content, shown, createdAt } = stored;
    const outcome = Promise.withResolvers<Message>();
    const entry: Entry = {
      key,
      target,
      content,
      shown,
      createdAt,
      error: null,
      delay: null,
      row: null,
      givesUpAt,
      notBefore: 0,
      wait: new AbortController(),
      gone: new AbortController(),
      signal,
      outcome,
    };
    this.#entries.set(key, entry);
    this.#changed();
    if (this.#parts.isKept) this.#parts.wantOwner();
    return entry;
  }

  /** Tries after those before it in the same conversation. */
  async #enqueue(entry: Entry, timeoutMs: number | undefined): Promise<void> {
    const { target } = entry;
    const lane = typeof target === "string" ? target : `${target.from} ${target.to}`;
    const turn = (this.#lanes.get(lane) ?? Promise.resolve()).then(() => this.#deliver(entry, timeoutMs));
    this.#lanes.set(lane, turn);
    await turn;
    if (this.#lanes.get(lane) === turn) this.#lanes.delete(lane);
  }

  async #deliver(entry: Entry, timeoutMs: number | undefined): Promise<void> {
    const { platform, post } = this.#parts;
    const { key, target, content, signal } = entry;
    const body: SendMessage = { ...content, ...(key.length > MAX_CLIENT_ID ? {} : { clientId: key }) };
    const ended = signal ? AbortSignal.any([signal, entry.gone.signal]) : entry.gone.signal;
    const isOurs = () => this.#entries.get(key) === entry;
    for (let tries = 1; isOurs(); tries += 1) {
      try {
        this.#accepted(entry, await post(target, body, { idempotencyKey: key, signal: ended, timeoutMs }));
        return;
      } catch (cause) {
        if (!isOurs()) return; // accepted by an event, or let go
        const error = isTrunklineError(cause) ? cause : unexpected(cause);
        if (signal?.aborted) return this.#remove(key, error);
        const now = platform.clock.now();
        const waitMs = Math.max(backOffMs(tries, platform.random), error.retryAfterMs ?? 0);
        if (!error.retryable || now + waitMs >= entry.givesUpAt) return this.#failed(entry, error);
        entry.notBefore = now + (error.retryAfterMs ?? 0);
        entry.wait = new AbortController();
        entry.delay = { error, until: new Date(now + waitMs).toISOString() };
        entry.row = null;
        this.#changed();
        await pause(platform.clock, waitMs, AbortSignal.any([ended, entry.wait.signal]));
        if (signal?.aborted && isOurs()) return this.#remove(key, abortError(signal));
      }
    }
  }

  #accepted(entry: Entry, message: Message): void {
    entry.outcome.resolve(message);
    const isNew = this.#entries.get(entry.key) === entry;
    if (isNew && this.#watchers.size > 0) this.#keys.set(message.id, entry.key);
    if (isNew) this.#remove(entry.key);
    this.#parts.onAccepted(message);
  }

  #failed(entry: Entry, error: TrunklineError): void {
    entry.error = error;
    entry.row = null;
    entry.outcome.reject(error);
    // On servers nobody looks at rows, and there may be a million.
    if (this.#parts.platform.isBrowser) this.#changed();
    else this.#remove(entry.key);
  }

  #remove(key: string, reason?: TrunklineError): void {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    entry?.gone.abort();
    if (reason) entry?.outcome.reject(reason);
    this.#changed();
  }

  #drop(reason: TrunklineError): void {
    this.#keys.clear();
    for (const key of [...this.#entries.keys()]) this.#remove(key, reason);
  }

  #changed(): void {
    this.#save();
    this.#watchers.call();
  }

  #save(): void {
    const entries = [...this.#entries.values()].map(
      ({ key, target, content, shown, createdAt, error }): StoredEntry => {
        return {
          key,
          target,
          content,
          shown,
          createdAt,
          ...(error ? { failure: { code: error.code, message: error.message } } : {}),
        };
      },
    );
    this.#stored.save(entries.length > 0 ? entries : null);
  }
}

const TOO_OLD = {
  code: "outcome_unknown",
  message: "The text was written more than a day ago. Look whether it was sent before you send it again.",
} as const;

function noSuchRow(key: string): TrunklineError {
  return new TrunklineError("not_found", { message: `There is no unsent text with the key ${key}.` });
}

function unexpected(cause: unknown): TrunklineError {
  return new TrunklineError("internal_error", { message: "The text could not be sent.", cause });
}
