import { setTimeout as wait } from "node:timers/promises";
import { isFinalStatus, type Message, type MessageStatus } from "@trunkline/protocol";
import { apiKeyAuth, createTrunkline, sessionAuth, type Trunkline } from "@trunkline/sdk";
import { countBy, groupBy, readAll } from "./outcomes.ts";
import { type Stage, type StoreName, setStage } from "./stage.ts";

export interface KillRigOptions {
  store: StoreName;
  /** Texts a second, in each direction. */
  perSecond: number;
  /** The load lasts at least this long, and until the last kill is over. */
  seconds: number;
  kills: number;
  /** Says what is going on. */
  note(line: string): void;
}

/** What a run showed. It held when there are no violations. */
export interface KillReport {
  /** What was broken, by kind. */
  readonly violations: ReadonlyMap<string, readonly string[]>;
  readonly sent: number;
  readonly texted: number;
  readonly kills: number;
  /** Texts that were in doubt at some time. */
  readonly doubted: number;
  /** How often the SDK's client lost its stream. */
  readonly reconnects: number;
  readonly statuses: Readonly<Partial<Record<MessageStatus, number>>>;
  readonly seconds: number;
}

const HANDSETS = Array.from({ length: 20 }, (_, index) => `+142555501${String(index).padStart(2, "0")}`);
const SETTLE_MS = 120_000;
const GIVE_UP_MS = 60_000;
/** Requests that wait for an answer at once, in each direction. */
const IN_FLIGHT = 50;

/**
 * Gateway and world in processes of their own, texts in both directions, and `kill -9` of the gateway again and again:
 * no accepted text may be lost, stored twice, or taken twice by the carrier, and a client's view must end complete.
 */
export async function runKillRig(options: KillRigOptions): Promise<KillReport> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const stage = await setStage(options.store, undo);
    return await new Rig(options, stage, undo).run();
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

class Rig {
  readonly #options: KillRigOptions;
  readonly #stage: Stage;
  readonly #undo: (() => Promise<unknown>)[];
  readonly #violations = new Map<string, string[]>();
  readonly #accepted = new Map<string, string>(); // words -> the message's id
  readonly #texted = new Set<string>();
  readonly #seen = new Seen();
  #loadEnded: number | undefined;

  constructor(options: KillRigOptions, stage: Stage, undo: (() => Promise<unknown>)[]) {
    this.#options = options;
    this.#stage = stage;
    this.#undo = undo;
  }

  async run(): Promise<KillReport> {
    const { note, kills } = this.#options;
    const started = performance.now();
    // A carrier that takes a moment leaves texts half handed over at every kill.
    await this.#stage.world("PUT", "/world/carriers/sandbox", { latencyMs: 40 });
    const client = await this.#watch();
    const load = this.#load();
    const until = performance.now() + this.#options.seconds * 1000;
    for (let kill = 1; kill <= kills; kill++) {
      await wait(300 + Math.random() * 1500);
      await this.#stage.kill();
      note(`kill ${kill}: ${this.#accepted.size} accepted, ${this.#texted.size} texted`);
      const killed = performance.now();
      await this.#stage.restart();
      note(`        back after ${Math.round(performance.now() - killed)} ms`);
    }
    await wait(Math.max(0, until - performance.now()));
    this.#loadEnded = performance.now();
    await load;
    note(`load is over: ${this.#accepted.size} accepted, ${this.#texted.size} texted; waiting for the last ticks`);
    const reader = createTrunkline({ gateway: this.#stage.gatewayUrl, auth: apiKeyAuth(this.#stage.tenant.apiKey) });
    this.#undo.push(() => reader.close());
    const messages = await this.#settled(reader);
    await this.#check(messages);
    await this.#checkClient(messages);
    await client.close();
    return {
      violations: this.#violations,
      sent: this.#accepted.size,
      texted: this.#texted.size,
      kills,
      doubted: this.#seen.doubted.size,
      reconnects: this.#seen.reconnects,
      statuses: countBy(messages.map(({ status }) => status ?? "received")),
      seconds: Math.round((performance.now() - started) / 1000),
    };
  }

  /** A client as an application has it: it must resume by itself. */
  async #watch(): Promise<Trunkline> {
    const userId = this.#stage.tenant.users[0]?.id;
    const trunkline = createTrunkline({
      gateway: this.#stage.gatewayUrl,
      auth: sessionAuth(
        async () => (await this.#stage.world("POST", "/world/sessions", { userId })) as { token: string },
      ),
    });
    this.#undo.push(() => trunkline.close());
    await this.#seen.follow(trunkline);
    return trunkline;
  }

  /** Texts in both directions at the rate; what the gateway's absence holds up is made up for afterwards. */
  async #load(): Promise<void> {
    const begun = performance.now();
    const due = () => Math.floor((((this.#loadEnded ?? performance.now()) - begun) / 1000) * this.#options.perSecond);
    const direction = (work: (count: number) => Promise<void>) => {
      let next = 0;
      return Array.from({ length: IN_FLIGHT }, async () => {
        for (;;) {
          if (next < due()) await work(next++);
          else if (this.#loadEnded !== undefined) return;
          else await wait(5 + Math.random() * 10);
        }
      });
    };
    const load = [...direction((count) => this.#send(count)), ...direction((count) => this.#text(count))];
    await Promise.all(load);
  }

  /** Sends one text as a careful application does: again under the same key until the gateway has answered. */
  async #send(count: number): Promise<void> {
    const words = `out ${count}`;
    const { apiKey, lines } = this.#stage.tenant;
    const body = { from: lines[count % 2]?.number, to: HANDSETS[count % HANDSETS.length], text: words };
    const headers = {
      authorization: `Bearer ${apiKey}`,
      "content-type": "application/json",
      "idempotency-key": `send-${count}`,
    };
    for (const end = performance.now() + GIVE_UP_MS; performance.now() < end; await wait(300 + Math.random() * 400)) {
      const response = await fetch(`${this.#stage.gatewayUrl}/v1/messages`, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
      }).catch(() => undefined); // the gateway is being killed: nobody knows what it did
      const answer = await response?.json().catch(() => undefined);
      if (response?.status === 202 && answer) {
        this.#accepted.set(words, answer.id);
        return;
      }
      if (response && response.status < 500 && response.status !== 429) {
        this.#violate("an odd answer", `"${words}" was answered ${response.status} ${JSON.stringify(answer)}`);
        return;
      }
    }
    this.#violate("never accepted", words);
  }

  async #text(count: number): Promise<void> {
    const words = `in ${count}`;
    const number = encodeURIComponent(HANDSETS[count % HANDSETS.length] ?? "");
    await this.#stage.world("POST", `/world/handsets/${number}/messages`, {
      to: this.#stage.tenant.lines[0]?.number,
      text: words,
    });
    this.#texted.add(words);
  }

  #violate(kind: string, what: string): void {
    this.#violations.set(kind, [...(this.#violations.get(kind) ?? []), what]);
  }

  /** All messages, once each has come to its end and everything that was texted is there. */
  async #settled(reader: Trunkline): Promise<Message[]> {
    let messages: Message[] = [];
    for (const end = performance.now() + SETTLE_MS; performance.now() < end; await wait(500)) {
      messages = await readAll(reader);
      const open = messages.filter(({ status }) => status !== null && !isFinalStatus(status));
      if (open.length === 0 && messages.length >= this.#accepted.size + this.#texted.size) return messages;
    }
    const open = messages.filter(({ status }) => status !== null && !isFinalStatus(status));
    this.#violate(
      "not settled",
      `${messages.length} of ${this.#accepted.size + this.#texted.size} texts are there; open: ` +
        JSON.stringify(countBy(open.map(({ status }) => String(status)))),
    );
    return messages;
  }

  async #check(messages: readonly Message[]): Promise<void> {
    const stored = groupBy(messages, ({ text }) => text);
    for (const [words, id] of this.#accepted) {
      const found = stored.get(words) ?? [];
      if (found.length !== 1) this.#violate("stored otherwise than once", `"${words}" ${found.length} times`);
      if (found[0] && found[0].id !== id) this.#violate("accepted under another id", words);
    }
    for (const words of this.#texted) {
      const count = stored.get(words)?.length ?? 0;
      if (count !== 1) this.#violate("stored otherwise than once", `the phone's "${words}" ${count} times`);
    }
    const { data } = (await this.#stage.world("GET", "/world/carriers/sandbox/accepted")) as {
      data: { reference: string }[];
    };
    const taken = groupBy(data, ({ reference }) => reference);
    for (const message of messages) {
      if (message.direction !== "outbound") continue;
      const count = taken.get(message.id)?.length ?? 0;
      const expected = message.status === "failed" ? [0, 1] : [1];
      if (!expected.includes(count)) {
        this.#violate("taken otherwise than once", `"${message.text}" (${message.status}) ${count} times`);
      }
      taken.delete(message.id);
    }
    for (const reference of taken.keys()) this.#violate("taken without being stored", reference);
    for (const [id, thread] of groupBy(messages, ({ conversationId }) => conversationId)) {
      const sequences = thread.map(({ sequence }) => sequence).sort((a, b) => a - b);
      if (sequences.some((sequence, index) => sequence !== index + 1)) {
        this.#violate("a sequence with a hole or a repetition", id);
      }
    }
  }

  /** The client has followed over all kills: what it was told must be everything, each once. */
  async #checkClient(messages: readonly Message[]): Promise<void> {
    const isComplete = () => messages.every(({ id, status }) => this.#seen.latest.get(id)?.status === status);
    for (const end = performance.now() + SETTLE_MS; performance.now() < end && !isComplete(); ) await wait(100);
    for (const { id, text, status } of messages) {
      const times = this.#seen.created.get(id) ?? 0;
      if (times !== 1) this.#violate("told to the client otherwise than once", `"${text}" ${times} times`);
      const last = this.#seen.latest.get(id)?.status;
      if (last !== status) this.#violate("believed wrongly by the client", `"${text}" is ${status}, not ${last}`);
    }
    if (this.#options.kills > 0 && this.#seen.reconnects === 0)
      this.#violate("an idle test", "the client was never cut off");
  }
}

/** What a client was told, event by event. */
class Seen {
  readonly created = new Map<string, number>();
  readonly latest = new Map<string, Message>();
  readonly doubted = new Set<string>();
  reconnects = 0;

  /** Resolves when the stream is open: what happens from then on must be seen. */
  async follow(trunkline: Trunkline): Promise<void> {
    trunkline.events.on("message.created", ({ data }) => {
      this.created.set(data.id, (this.created.get(data.id) ?? 0) + 1);
      this.#take(data);
    });
    trunkline.events.on("message.updated", ({ data }) => this.#take(data));
    const isLive = () => trunkline.connection.getSnapshot().state === "live";
    await new Promise<void>((resolve) => {
      const stop = trunkline.connection.subscribe(() => {
        if (!isLive()) return;
        stop();
        resolve();
      });
    });
    let wasLive = true;
    trunkline.connection.subscribe(() => {
      if (wasLive && !isLive()) this.reconnects++;
      wasLive = isLive();
    });
  }

  #take(message: Message): void {
    if (message.status === "unknown") this.doubted.add(message.id);
    const before = this.latest.get(message.id);
    if (!before || before.updatedAt < message.updatedAt) this.latest.set(message.id, message);
  }
}
