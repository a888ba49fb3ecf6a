import type { Identity } from "../auth/identity.ts";
import { TrunklineError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { ConnectionLoop } from "./connection-loop.ts";
import { type EventSource, OwnStream, type OwnStreamParts, type SourceSink } from "./event-source.ts";
import { watchWakeUps } from "./wake-ups.ts";

/** A leader that says nothing for this much longer than a stream may be silent is taken for frozen. */
const FROZEN_MARGIN_MS = 20_000;

/** What tabs tell each other. The leader speaks; any tab that knows where the log stands answers a newcomer. */
type TabMessage =
  | { readonly kind: "hello" }
  | { readonly kind: "position"; readonly cursor: string; readonly connection: PlainConnection | null }
  | { readonly kind: "event"; readonly cursor: string | null; readonly data: unknown }
  | { readonly kind: "stale"; readonly cursor: string | null }
  | { readonly kind: "state"; readonly connection: PlainConnection }
  | { readonly kind: "retry" };

/** A connection as it passes between tabs: errors lose their class on the way. */
type PlainConnection = Exclude<Connection, { error: TrunklineError }> | PlainWaiting;
type PlainWaiting = Omit<Extract<Connection, { state: "waiting" }>, "error"> & {
  readonly code: string;
  readonly message: string;
};

export interface SharedStreamParts extends OwnStreamParts {
  readonly gateway: string;
  /** Whose stream it is; tabs share with their equals alone. */
  identify(): Promise<Identity>;
}

/**
 * One stream for all tabs of one origin and user. The tab that holds a Web Lock leads: it has the stream and passes
 * everything on. When it goes away the browser gives the lock to the next tab, which goes on from where it stands.
 * Every tab keeps its own cursor, so nothing is lost; events that come twice are known by their ids.
 */
export class SharedStream implements EventSource {
  readonly #parts: SharedStreamParts;
  readonly #own: OwnStream;
  readonly #identifying: ConnectionLoop;
  #tab: { name: string; channel: BroadcastChannel | null; gone: AbortController; stopWatching(): void } | null = null;
  #release: (() => void) | null = null;
  #connection: Connection = { state: "idle" };
  #heardAt = 0;
  #toldAt = 0;

  constructor(parts: SharedStreamParts) {
    this.#parts = parts;
    const sink: SourceSink = {
      event: (data) => {
        this.#tell({ kind: "event", cursor: this.#own.cursor, data });
        parts.sink.event(data);
      },
      stale: () => {
        this.#tell({ kind: "stale", cursor: this.#own.cursor });
        parts.sink.stale();
      },
      state: (connection) => this.#onOwnState(connection),
    };
    this.#own = new OwnStream({ ...parts, sink, onAlive: () => this.#beat() });
    this.#identifying = new ConnectionLoop({
      platform: parts.platform,
      silenceMs: parts.silenceMs,
      connect: async () => {
        const identity = await parts.identify();
        this.#join(nameOf(parts.gateway, identity));
        return "done";
      },
      onState: (connection) => this.#setConnection(connection),
    });
  }

  start(): void {
    if (!this.#tab) this.#identifying.start();
  }

  stop(): void {
    this.#leave();
    this.#own.stop();
  }

  renew(): void {
    this.#leave();
    this.start(); // among those whose tokens see the same
  }

  retry(): void {
    if (!this.#tab) this.#identifying.retry();
    else if (this.#release) this.#own.retry();
    else this.#tell({ kind: "retry" });
  }

  #join(name: string): void {
    const channel = this.#openChannel(name);
    this.#heardAt = this.#parts.platform.clock.now();
    const stopWatching = watchWakeUps(this.#parts.platform, () => this.#watchLeader());
    this.#tab = { name, channel, gone: new AbortController(), stopWatching };
    this.#tell({ kind: "hello" });
    this.#campaign(false);
  }

  /** Waits for the lock, or takes it from a leader that is frozen. */
  #campaign(steal: boolean): void {
    const { locks } = this.#parts.platform;
    const tab = this.#tab;
    if (!tab) return;
    const lead = async () => {
      if (this.#tab !== tab) return;
      await new Promise<void>((resolve) => {
        this.#release = resolve;
        this.#own.start();
      });
    };
    if (!locks || !tab.channel) return void lead(); // alone in this frame
    // A lock is either asked for politely, and then can be given up, or stolen.
    const options = steal ? { steal: true } : { signal: tab.gone.signal };
    locks.request(tab.name, options, lead).catch((error: unknown) => {
      if (this.#tab !== tab || tab.gone.signal.aborted) return;
      // A sandboxed frame may have locks and forbid them.
      if (!(error instanceof DOMException && error.name === "AbortError")) return void lead();
      // Another tab took the lock from us while we were frozen: stand in the queue again.
      this.#stepDown();
      this.#campaign(false);
    });
  }

  #openChannel(name: string): BroadcastChannel | null {
    try {
      const channel = this.#parts.platform.openChannel?.(name) ?? null;
      if (channel) channel.onmessage = ({ data }: MessageEvent<TabMessage>) => this.#hear(data);
      return channel;
    } catch {
      return null; // forbidden in this frame
    }
  }

  #leave(): void {
    this.#identifying.stop();
    this.#stepDown();
    const tab = this.#tab;
    this.#tab = null;
    tab?.gone.abort();
    tab?.stopWatching();
    tab?.channel?.close();
  }

  #stepDown(): void {
    this.#own.rest();
    this.#release?.();
    this.#release = null;
  }

  #onOwnState(connection: Connection): void {
    // Another tab may have a better token: let it try.
    if (connection.state === "stopped") this.#leave();
    this.#setConnection(connection);
    const plain = toPlain(connection);
    if (plain) this.#tell({ kind: "state", connection: plain });
  }

  #hear(message: TabMessage): void {
    const { sink, platform } = this.#parts;
    const isLeader = this.#release !== null;
    if (message.kind === "hello") {
      const { cursor } = this.#own;
      if (cursor !== null) {
        this.#tell({ kind: "position", cursor, connection: isLeader ? toPlain(this.#connection) : null });
      }
      return;
    }
    if (message.kind === "retry") {
      if (isLeader) this.#own.retry();
      return;
    }
    if (isLeader) return;
    if (message.kind !== "position" || message.connection) this.#heardAt = platform.clock.now();
    switch (message.kind) {
      case "position":
        if (this.#own.cursor === null) {
          this.#own.cursor = message.cursor;
          sink.stale();
        }
        if (message.connection) this.#setConnection(fromPlain(message.connection));
        break;
      case "event":
        // A newcomer that does not know where it stands cannot say that nothing was missed before this.
        if (this.#own.cursor === null) break;
        this.#own.cursor = message.cursor;
        sink.event(message.data);
        break;
      case "stale":
        this.#own.cursor = message.cursor;
        sink.stale();
        break;
      case "state":
        this.#setConnection(fromPlain(message.connection));
    }
  }

  #setConnection(connection: Connection): void {
    this.#connection = connection;
    this.#parts.sink.state(connection);
  }

  #tell(message: TabMessage): void {
    this.#toldAt = this.#parts.platform.clock.now();
    this.#tab?.channel?.postMessage(message);
  }

  /** Lets the others know that this leader is awake. */
  #beat(): void {
    const plain = toPlain(this.#connection);
    if (plain && this.#parts.platform.clock.now() - this.#toldAt > 5_000)
      this.#tell({ kind: "state", connection: plain });
  }

  #watchLeader(): void {
    const { platform, silenceMs } = this.#parts;
    if (this.#release || !platform.isVisible()) return;
    if (platform.clock.now() - this.#heardAt <= silenceMs + FROZEN_MARGIN_MS) return;
    this.#heardAt = platform.clock.now();
    this.#tab?.gone.abort();
    if (this.#tab) this.#tab = { ...this.#tab, gone: new AbortController() };
    this.#campaign(true);
  }
}

function nameOf(gateway: string, { tenantId, userId, sight }: Identity): string {
  return ["trunkline", gateway, tenantId, userId, sight].join(" ");
}

function toPlain(connection: Connection): PlainConnection | null {
  if (connection.state === "stopped") return null;
  if (connection.state !== "waiting") return connection;
  const { error, ...rest } = connection;
  return { ...rest, code: error.code, message: error.message };
}

function fromPlain(plain: PlainConnection): Connection {
  if (plain.state !== "waiting") return plain;
  const { code, message, ...rest } = plain;
  return { ...rest, error: new TrunklineError(code, { message, retryable: true }) };
}
