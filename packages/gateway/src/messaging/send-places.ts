import type {
  CanonicalNumber,
  ConversationId,
  LineCapabilities,
  LineId,
  MessageId,
  TenantId,
} from "@trunkline/protocol";
import { readNumber } from "@trunkline/protocol/phone-number";
import { sql } from "kysely";
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import type { Ids } from "../random.ts";
import type { Tx } from "../store/database.ts";
import { decideRetry, decideSend, toRefusal } from "./decide-send.ts";
import { countryOf, readRecipient } from "./numbers.ts";
import type { Content, SendingPrincipal, SendRequest, SendTarget } from "./send-request.ts";
import { getOrCreateThreads, type WantedThread } from "./threads.ts";

/** The conversation that a text goes into, and what it says there. */
export interface Place {
  readonly conversationId: ConversationId;
  readonly isNew: boolean;
  readonly content: Content;
  readonly retryOf: MessageId | null;
  /** Why it may not be sent, for those who see the conversation; to all others it does not exist. */
  readonly refusal?: Refusal;
}

type Places = Map<SendRequest, Place | Refusal>;

/** Finds, or makes, the conversation of each request. What the caller may see of it is not decided here. */
export async function findPlaces(
  tx: Tx,
  tenantId: TenantId,
  requests: readonly SendRequest[],
  context: { ids: Ids; now: number },
): Promise<Places> {
  const places: Places = new Map();
  const toNumbers: Targeted<"number">[] = [];
  const retries: Targeted<"retry">[] = [];
  for (const request of requests) {
    const { target } = request;
    if (target.kind === "conversation") {
      places.set(request, { conversationId: target.id, isNew: false, content: target.content, retryOf: null });
    } else if (target.kind === "number") toNumbers.push({ request, target });
    else retries.push({ request, target });
  }
  if (retries.length > 0) await placeRetries(tx, tenantId, retries, places);
  if (toNumbers.length > 0) await placeNumbers(tx, tenantId, toNumbers, places, context);
  return places;
}

interface Targeted<Kind extends SendTarget["kind"]> {
  readonly request: SendRequest;
  readonly target: Extract<SendTarget, { kind: Kind }>;
}

async function placeRetries(
  tx: Tx,
  tenantId: TenantId,
  retries: readonly Targeted<"retry">[],
  places: Places,
): Promise<void> {
  const rows = await tx
    .selectFrom("messages")
    .select(["id", "conversation_id", "text", "metadata", "direction", "kind", "status"])
    .where("tenant_id", "=", tenantId)
    .where("id", "in", [...new Set(retries.map(({ target }) => target.of))])
    .execute();
  for (const { request, target } of retries) {
    const row = rows.find(({ id }) => id === target.of);
    if (!row) {
      places.set(request, notFound());
      continue;
    }
    const { text, metadata, conversation_id: conversationId } = row;
    const isOver = decideRetry(row) === "send";
    places.set(request, {
      conversationId,
      isNew: false,
      content: { text, metadata, clientId: target.clientId },
      retryOf: target.of,
      ...(isOver ? {} : { refusal: stillUnderWay() }),
    });
  }
}

const stillUnderWay = () =>
  new Refusal("conflict", { detail: "Only a text that failed or was not delivered can be sent again." });

interface SenderLine {
  id: LineId;
  number: CanonicalNumber | null;
  sender_id: string | null;
  capabilities: LineCapabilities;
}

async function placeNumbers(
  tx: Tx,
  tenantId: TenantId,
  targets: readonly Targeted<"number">[],
  places: Places,
  context: { ids: Ids; now: number },
): Promise<void> {
  const senders = [...new Set(targets.map(({ target }) => senderOf(target.from)))];
  const { rows: lines } = await sql<SenderLine>`
    select id, number, sender_id, capabilities from lines
    where tenant_id = ${tenantId} and (number = any(${senders}::text[]) or sender_id = any(${senders}::text[]))`.execute(
    tx,
  );
  const wanted: { request: SendRequest; content: Content; thread: WantedThread }[] = [];
  for (const { request, target } of targets) {
    const sender = senderOf(target.from);
    const line = lines.find(({ number, sender_id }) => number === sender || sender_id === sender);
    const thread = line ? wantThread(line, target.to, request.principal) : noSuchLine();
    if (thread instanceof Refusal) places.set(request, thread);
    else wanted.push({ request, content: target.content, thread });
  }
  const threads = await getOrCreateThreads(
    tx,
    tenantId,
    wanted.map(({ thread }) => thread),
    context,
  );
  for (const [index, { request, content }] of wanted.entries()) {
    const thread = threads[index];
    if (thread) places.set(request, { conversationId: thread.id, isNew: thread.isNew, content, retryOf: null });
  }
}

function senderOf(from: string): string {
  const reading = readNumber(from);
  return reading.kind === "invalid" ? from : reading.number;
}

const noSuchLine = () => new Refusal("not_found", { detail: "None of the lines that you see sends as `from`." });

/** The thread that a text from a line to a number belongs to, if the caller may begin it. Nothing is made for a refusal. */
function wantThread(line: SenderLine, to: string, { sight, user }: SendingPrincipal): WantedThread | Refusal {
  if (sight.lineIds !== "all" && !sight.lineIds.has(line.id)) return noSuchLine();
  const recipient = readRecipient(to, countryOf(line.number));
  if (recipient.kind === "invalid") return invalid(["to"], recipient.reason, "invalid_number");
  const { number } = recipient;
  const decision = decideSend({ line: { ...line, senderId: line.sender_id }, recipient: number });
  if (decision.kind === "refuse") return toRefusal(decision);
  if (sight.records !== null) return needsRecord();
  return {
    lineId: line.id,
    participants: [{ number, contactId: null, name: null }],
    assigneeId: sight.assignedTo === null ? null : (user?.id ?? null),
    records: [],
    metadata: {},
  };
}

const needsRecord = () =>
  new Refusal("forbidden", {
    detail: "This session is limited to records: open the conversation with one of them, then send into it.",
  });
