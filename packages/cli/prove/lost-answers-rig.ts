import { setTimeout as wait } from "node:timers/promises";
import type { Message } from "@trunkline/protocol";
import { apiKeyAuth, createTrunkline, type Trunkline } from "@trunkline/sdk";
import { countBy, groupBy, readAll } from "./outcomes.ts";
import { type Stage, type StoreName, setStage } from "./stage.ts";

export interface LostAnswersOptions {
  store: StoreName;
  /** Texts for each carrier. */
  texts: number;
  /** The part of all answers that is lost after the text was taken, from 0 to 1. */
  lost: number;
  kills: number;
  /** Says what is going on. */
  note(line: string): void;
}

/** What a run showed. It held when there are no violations. */
export interface LostAnswersReport {
  /** What was broken, by kind. */
  readonly violations: ReadonlyMap<string, readonly string[]>;
  /** How the texts of each carrier ended. */
  readonly ended: Readonly<Record<RigCarrier, Readonly<Partial<Record<Ending, number>>>>>;
  readonly kills: number;
  readonly seconds: number;
}

const CARRIERS = ["sandbox", "twilio", "telnyx", "acs"] as const;
type RigCarrier = (typeof CARRIERS)[number];
/** `sent`: its carrier has it, and may have delivered it; `outcome_unknown`: given up on for good, because nobody can say whether it was taken. */
type Ending = "sent" | "outcome_unknown";

/** Carriers that can always be asked, so that nothing may stay unknown. */
const CAN_TELL: readonly RigCarrier[] = ["sandbox", "twilio"];
const PHONES = 40;
const IN_FLIGHT = 30;
const SETTLE_MS = 180_000;
const GIVE_UP_MS = 60_000;
const OPEN: readonly Message["status"][] = ["scheduled", "queued", "sending", "unknown"];

/**
 * Carriers that take texts and lose a part of their answers, and send no receipts that would tell, while the gateway is
 * killed again and again: nobody may be texted twice, and every text must end as sent or as finally unknown.
 */
export async function runLostAnswersRig(options: LostAnswersOptions): Promise<LostAnswersReport> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const stage = await setStage(options.store, undo);
    const reader = createTrunkline({ gateway: stage.gatewayUrl, auth: apiKeyAuth(stage.tenant.apiKey) });
    undo.push(() => reader.close());
    return await new Rig(options, stage, reader).run();
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

class Rig {
  readonly #options: LostAnswersOptions;
  readonly #stage: Stage;
  readonly #reader: Trunkline;
  readonly #violations = new Map<string, string[]>();
  #accepted = 0;

  constructor(options: LostAnswersOptions, stage: Stage, reader: Trunkline) {
    this.#options = options;
    this.#stage = stage;
    this.#reader = reader;
  }

  async run(): Promise<LostAnswersReport> {
    const { note, kills, texts, lost } = this.#options;
    const started = performance.now();
    const load: (() => Promise<void>)[] = [];
    for (const [index, carrier] of CARRIERS.entries()) {
      const from = await this.#lineOf(carrier);
      await this.#stage.world("PUT", `/world/carriers/${carrier}`, {
        dropAnswers: lost,
        latencyMs: 20,
        receipts: "none",
      });
      for (let count = 0; count < texts; count++) {
        const to = `+1425555${String(1000 + index * PHONES + (count % PHONES))}`;
        load.push(() => this.#send({ from, to, text: `${carrier} ${count}` }));
      }
    }
    const total = load.length;
    const sending = this.#sendAll(shuffled(load));
    for (let kill = 1; kill <= kills; kill++) {
      const due = Math.floor((total * kill) / (kills + 1));
      while (this.#accepted < due && this.#violations.size === 0) await wait(20);
      await this.#stage.kill();
      note(`kill ${kill}: ${this.#accepted} of ${total} accepted`);
      await this.#stage.restart();
    }
    await sending;
    note(`all ${this.#accepted} are accepted; looking for what became of them`);
    const messages = await this.#settled();
    const ended = await this.#check(messages);
    const seconds = Math.round((performance.now() - started) / 1000);
    return { violations: this.#violations, ended, kills, seconds };
  }

  async #lineOf(carrier: RigCarrier): Promise<string> {
    if (carrier === "sandbox") return this.#stage.tenant.lines[0]?.number ?? "";
    const line = (await this.#stage.world("POST", `/world/carriers/${carrier}/lines`)) as { number: string };
    return line.number;
  }

  async #sendAll(load: (() => Promise<void>)[]): Promise<void> {
    const next = load.values();
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, async () => {
        for (const send of next) await send();
      }),
    );
  }

  /** Sends one text as a careful application does: again under the same key until the gateway has answered. */
  async #send(body: { from: string; to: string; text: string }): Promise<void> {
    const headers = {
      authorization: `Bearer ${this.#stage.tenant.apiKey}`,
      "content-type": "application/json",
      "idempotency-key": body.text,
    };
    for (const end = performance.now() + GIVE_UP_MS; performance.now() < end; await wait(200 + Math.random() * 300)) {
      const response = await fetch(`${this.#stage.gatewayUrl}/v1/messages`, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
      }).catch(() => undefined); // the gateway is being killed: nobody knows what it did
      if (response?.status === 202) {
        this.#accepted += 1;
        return;
      }
      if (response && response.status < 500 && response.status !== 429) {
        this.#violate("an odd answer", `"${body.text}" was answered ${response.status} ${await response.text()}`);
        return;
      }
    }
    this.#violate("never accepted", body.text);
  }

  /** All texts at their end. The clock is moved: first until those have been found that can be, then past all patience. */
  async #settled(): Promise<Message[]> {
    const canTell = (message: Message) => CAN_TELL.includes(carrierOf(message));
    await this.#until("PT30S", (open) => !open.some(canTell));
    await this.#stage.world("POST", "/world/clock", { advance: "PT25H" });
    const messages = await this.#until("PT1M", (open) => open.length === 0);
    for (const { text, status } of messages.filter(isOpen)) this.#violate("not settled", `"${text}" is ${status}`);
    return messages;
  }

  async #until(advance: string, isEnough: (open: readonly Message[]) => boolean): Promise<Message[]> {
    let messages = await readAll(this.#reader);
    for (const end = performance.now() + SETTLE_MS; performance.now() < end; ) {
      if (isEnough(messages.filter(isOpen))) break;
      await this.#stage.world("POST", "/world/clock", { advance });
      await wait(500);
      messages = await readAll(this.#reader);
    }
    return messages;
  }

  async #check(messages: readonly Message[]): Promise<LostAnswersReport["ended"]> {
    const stored = groupBy(messages, ({ text }) => text);
    const ended: Record<RigCarrier, Partial<Record<Ending, number>>> = { sandbox: {}, twilio: {}, telnyx: {}, acs: {} };
    for (const carrier of CARRIERS) {
      const { data } = (await this.#stage.world("GET", `/world/carriers/${carrier}/accepted`)) as {
        data: { text: string }[];
      };
      const taken = groupBy(data, ({ text }) => text);
      for (const [words, times] of taken) {
        if (times.length > 1) this.#violate("taken twice", `"${words}" ${times.length} times`);
        if (!stored.has(words)) this.#violate("taken without being stored", words);
      }
      const endings: Ending[] = [];
      for (let count = 0; count < this.#options.texts; count++) {
        const words = `${carrier} ${count}`;
        const [message, ...more] = stored.get(words) ?? [];
        if (!message || more.length > 0) this.#violate("stored otherwise than once", words);
        if (message?.status === "sent" || message?.status === "delivered") {
          endings.push("sent");
          if (!taken.has(words)) this.#violate("lost", words);
        } else if (message?.failure?.code === "outcome_unknown") endings.push("outcome_unknown");
        else this.#violate("an odd end", `"${words}" ${message?.status} ${message?.failure?.code}`);
      }
      ended[carrier] = countBy(endings);
      const unknown = ended[carrier].outcome_unknown ?? 0;
      if (unknown > 0 && CAN_TELL.includes(carrier)) this.#violate("unknown to a carrier that can tell", `${unknown}`);
    }
    if (this.#options.lost > 0 && (ended.telnyx.outcome_unknown ?? 0) === 0) {
      this.#violate("an idle test", "no answer was lost where nobody can tell");
    }
    return ended;
  }

  #violate(kind: string, what: string): void {
    this.#violations.set(kind, [...(this.#violations.get(kind) ?? []), what]);
  }
}

const isOpen = ({ status }: Message): boolean => OPEN.includes(status);

/** The texts say by which carrier they go. */
const carrierOf = ({ text }: Message): RigCarrier => CARRIERS.find((one) => text.startsWith(one)) ?? "sandbox";

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
