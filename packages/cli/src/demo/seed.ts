import type { CreateTemplate, Message, MessageStatus } from "@trunkline/protocol";
import { type GatewayCall, gatewayCalls } from "./gateway-calls.ts";
import { type Stage, setStage } from "./stage.ts";
import { ARRANGED_AGO, ARRANGED_TEXTS, LEAVES, SCHEDULED, TEMPLATES } from "./story/arrangements.ts";
import { FRONT_DESK } from "./story/front-desk.ts";
import { PEOPLE, type Person, type PersonId, STAFF, type StaffId } from "./story/people.ts";
import type { FailureCode, Thread } from "./story/thread.ts";
import { parseAgo, type Step, timeline } from "./story/timeline.ts";
import { WORKSHOP } from "./story/workshop.ts";
import { type World, worldAt } from "./world.ts";

/** How far before the present the world's clock must stand when the story begins: three weeks and a day. */
export const DEMO_HISTORY_MS = 22 * 86_400_000;

// A session ends by the gateway's clock, which the story moves; one that has two minutes left is not begun with.
const SESSION_MARGIN_MS = 120_000;
const SESSION_MS = 600_000;
/** Within this time the carrier sends its receipts. */
const RECEIPTS_MS = 5_000;
const POLL_MS = 10;
const GIVE_UP_MS = 30_000;
/** How long the carrier takes once the story is told, so that a person sees each tick change. */
const CARRIER_LATENCY_MS = 350;

export interface SeedDemoOptions {
  gatewayUrl: string;
  worldUrl: string;
  /** Called after every text of the story. */
  onProgress?: (done: number, total: number) => void;
  /** @default globalThis.fetch */
  fetch?: typeof globalThis.fetch;
}

export interface SeedDemoResult {
  /** Conversations and texts that were added; both 0 when the tenant had conversations already. */
  readonly conversations: number;
  readonly messages: number;
}

/**
 * Tells the demo's story to a gateway through the doors that everybody uses: customers text from their handsets through
 * the carrier, staff answer with sessions of their own, and the world's clock moves from each text to the next.
 *
 * The clock must stand `DEMO_HISTORY_MS` before the present; it stands at the present afterwards. A tenant that has
 * conversations already is left as it is.
 */
export async function seedDemo({
  gatewayUrl,
  worldUrl,
  onProgress = () => undefined,
  fetch = globalThis.fetch,
}: SeedDemoOptions): Promise<SeedDemoResult> {
  const world = worldAt(worldUrl, fetch);
  const { apiKey } = await world.tenant();
  const asKey = gatewayCalls({ gatewayUrl, token: apiKey, fetch });
  if ((await asKey("listConversations", { query: { limit: 1 } })).data.length > 0)
    return { conversations: 0, messages: 0 };

  const stage = await setStage(world, asKey);
  const teller = new Teller({ world, stage, asKey, as: (token) => gatewayCalls({ gatewayUrl, token, fetch }) });
  const steps = timeline([...FRONT_DESK, ...WORKSHOP]);
  const arrangedAgoMs = parseAgo(ARRANGED_AGO);
  for (const [index, step] of steps.entries()) {
    if (step.agoMs < arrangedAgoMs) await teller.arrange(arrangedAgoMs);
    await teller.moveClockTo(step.agoMs);
    await teller.tell(step);
    onProgress(index + 1, steps.length);
  }
  await teller.moveClockTo(0);
  await teller.read();
  await world.behave({ latencyMs: CARRIER_LATENCY_MS });
  return { conversations: teller.conversations, messages: steps.length + ARRANGED_TEXTS };
}

interface TellerParts {
  world: World;
  stage: Stage;
  asKey: GatewayCall;
  as: (token: string) => GatewayCall;
}

/** Puts one text after the other where it belongs. */
class Teller {
  readonly #parts: TellerParts;
  readonly #conversations = new Map<Thread, Message["conversationId"]>();
  readonly #sessions = new Map<StaffId, { call: GatewayCall; endsAgoMs: number }>();
  #isArranged = false;
  /** How long before the present the world's clock stands. */
  #agoMs = DEMO_HISTORY_MS;

  constructor(parts: TellerParts) {
    this.#parts = parts;
  }

  get conversations(): number {
    return this.#conversations.size;
  }

  /** Moves the clock on; a time that it has passed already is let be. */
  async moveClockTo(agoMs: number): Promise<void> {
    if (agoMs >= this.#agoMs) return;
    await this.#parts.world.advance(this.#agoMs - agoMs);
    this.#agoMs = agoMs;
  }

  async tell(step: Step): Promise<void> {
    const { stage, world } = this.#parts;
    const person = personOf(step.person);
    const { number: line } = stage.lines[step.thread.line];
    // The CRM opens the conversations of those it knows, so that they have names from the first text on.
    if (step.isFirst && person.name !== undefined) await this.#open(step.thread, person);
    if (step.from === "them") await world.text(person.number, line, step.text);
    if (step.isFirst && person.name === undefined) await this.#open(step.thread, person);
    if (step.from !== "them") await this.#answer(step, step.from);
  }

  /** Once: what waits, who has opted out, and the templates. The clock stands there afterwards. */
  async arrange(agoMs: number): Promise<void> {
    if (this.#isArranged) return;
    this.#isArranged = true;
    await this.moveClockTo(agoMs);
    const { stage, world, asKey } = this.#parts;
    for (const { variants = [], ...template } of TEMPLATES as readonly CreateTemplate[]) {
      await asKey("createTemplate", { body: { ...template, variants: [...variants] } });
    }
    const leaves = this.#threadWith(LEAVES.with);
    await world.text(personOf(LEAVES.with).number, stage.lines[leaves.thread.line].number, LEAVES.text);
    const call = await this.#as("mara");
    const tomorrow = new Intl.DateTimeFormat("sv-SE", { timeZone: SCHEDULED.timeZone }).format(
      Date.now() + 86_400_000, // the demo's clock is to stand at the present in the end
    );
    await call("sendMessage", {
      params: { id: this.#threadWith(SCHEDULED.with).id },
      body: {
        text: SCHEDULED.text,
        sendAt: { local: `${tomorrow}T${SCHEDULED.at}`, timeZone: SCHEDULED.timeZone },
      },
    });
  }

  #threadWith(person: PersonId): { thread: Thread; id: Message["conversationId"] } {
    for (const [thread, id] of this.#conversations) if (thread.with === person) return { thread, id };
    throw new Error(`Nobody has written with ${person} yet.`);
  }

  /** Marks as read what the staff has read: everything but the last `unread` texts of each thread. */
  async read(): Promise<void> {
    for (const { id, lines } of STAFF) {
      const call = await this.#as(id);
      for (const [thread, conversationId] of this.#conversations) {
        if (!lines.includes(thread.line)) continue;
        const throughSequence = thread.messages.length - (thread.unread ?? 0);
        await call("markRead", { params: { id: conversationId }, body: { throughSequence } });
      }
    }
  }

  async #open(thread: Thread, person: Person): Promise<void> {
    const { id } = await this.#parts.asKey("openConversation", {
      body: {
        lineId: this.#parts.stage.lines[thread.line].id,
        participants: [{ number: person.number, ...(person.name === undefined ? {} : { name: person.name }) }],
        ...(person.name === undefined ? {} : { records: [recordOf(person)] }),
      },
    });
    this.#conversations.set(thread, id);
  }

  async #answer(step: Step, staff: StaffId): Promise<void> {
    const conversationId = this.#conversations.get(step.thread);
    if (conversationId === undefined) throw new Error(`The thread with ${step.person} begins in the middle.`);
    if (step.fails !== null) await this.#parts.world.behave(failing(step.fails));
    const call = await this.#as(staff);
    const { id } = await call("sendMessage", { params: { id: conversationId }, body: { text: step.text } });
    await this.#settled(id);
    if (step.fails !== null) await this.#parts.world.behave({});
  }

  /** Sees a text to its end before the clock leaves it behind, so that it does not arrive hours after it was sent. */
  async #settled(id: Message["id"]): Promise<void> {
    await this.#until(id, ["sent", "delivered", "undelivered", "failed"]);
    await this.moveClockTo(this.#agoMs - RECEIPTS_MS);
    await this.#until(id, ["delivered", "undelivered", "failed"]);
  }

  async #until(id: Message["id"], wanted: readonly (MessageStatus | null)[]): Promise<void> {
    for (let waitedMs = 0; waitedMs < GIVE_UP_MS; waitedMs += POLL_MS) {
      const { status } = await this.#parts.asKey("getMessage", { params: { id } });
      if (wanted.includes(status)) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`Message ${id} did not come to an end within ${GIVE_UP_MS / 1000} seconds.`);
  }

  async #as(staff: StaffId): Promise<GatewayCall> {
    const known = this.#sessions.get(staff);
    if (known !== undefined && this.#agoMs - SESSION_MARGIN_MS > known.endsAgoMs) return known.call;
    const { token } = await this.#parts.stage.session(staff);
    const call = this.#parts.as(token);
    this.#sessions.set(staff, { call, endsAgoMs: this.#agoMs - SESSION_MS });
    return call;
  }
}

/** The CRM's name for a contact, as conversations refer to it. */
function recordOf(person: Person) {
  return {
    source: "harbor",
    type: "contact",
    externalId: person.id,
    ...(person.name === undefined ? {} : { label: person.name }),
  };
}

function personOf(id: PersonId): Person {
  const found = PEOPLE.find((person) => person.id === id);
  if (found === undefined) throw new Error(`Nobody is called ${id}.`);
  return found;
}

function failing(code: FailureCode) {
  // A handset that is off takes the text's receipt with it; the other reasons are known when the text is handed over.
  return code === "unreachable" ? { receipts: "failed" as const, errorCode: code } : { errorCode: code };
}
