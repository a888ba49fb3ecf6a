import type { CanonicalNumber, ConversationId, LineId, MessageId, TenantId } from "@trunkline/protocol";
import { readNumber } from "@trunkline/protocol/phone-number";
import { sql } from "kysely";
import { notFound, Refusal } from "../http/refusal.ts";
import type { Ids } from "../random.ts";
import type { Tx } from "../store/database.ts";
import { readTemplates } from "../templates/store.ts";
import { type Content, type ReadContent, readContent, templatesOf } from "./content.ts";
import { decideRetry } from "./decide-send.ts";
import { countryOf, readRecipient } from "./numbers.ts";
import type { SendingPrincipal, SendRequest, SendTarget } from "./send-request.ts";
import { getOrCreateThreads, type WantedThread } from "./threads.ts";

/** The conversation that a text goes into, and what it says there. */
export interface Place {
  readonly conversationId: ConversationId;
  readonly isNew: boolean;
  readonly content: ReadContent;
  readonly retryOf: MessageId | null;
  /** Its words are a broadcast's, also when a person sends one of its texts again. */
  readonly isBroadcast: boolean;
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
  const retries = requests.flatMap((request) => targeted(request, "retry"));
  const others = requests.filter(({ target }) => target.kind !== "retry");
  const templates = await readTemplates(
    tx,
    tenantId,
    templatesOf(others.flatMap(({ target }) => ("content" in target ? target.content : []))),
  );
  const contentOf = ({ content }: { content: Content }) => readContent(content, templates, context.now);
  for (const request of others) {
    const { target, origin } = request;
    if (target.kind !== "conversation") continue;
    places.set(request, {
      ...placeOf(contentOf(target), origin),
      conversationId: target.id,
      isNew: false,
    });
  }
  const toNumbers = others.flatMap((request) =>
    targeted(request, "number").map((one) => ({ ...one, content: contentOf(one.target) })),
  );
  if (retries.length > 0) await placeRetries(tx, tenantId, retries, places);
  if (toNumbers.length > 0) await placeNumbers(tx, tenantId, toNumbers, places, context);
  return places;
}

/** What a place says of its text. */
function placeOf(
  content: ReadContent,
  { broadcastId }: SendRequest["origin"],
): Omit<Place, "conversationId" | "isNew"> {
  const [refusal] = content.refusals;
  return { content, retryOf: null, isBroadcast: broadcastId !== null, ...(refusal ? { refusal } : {}) };
}

interface Targeted<Kind extends SendTarget["kind"]> {
  readonly request: SendRequest;
  readonly target: Extract<SendTarget, { kind: Kind }>;
}

function targeted<Kind extends SendTarget["kind"]>(request: SendRequest, kind: Kind): Targeted<Kind>[] {
  const { target } = request;
  const isOfKind = (one: SendTarget): one is Extract<SendTarget, { kind: Kind }> => one.kind === kind;
  return isOfKind(target) ? [{ request, target }] : [];
}

async function placeRetries(
  tx: Tx,
  tenantId: TenantId,
  retries: readonly Targeted<"retry">[],
  places: Places,
): Promise<void> {
  const ids = [...new Set(retries.map(({ target }) => target.of))];
  // Locked, so that of two that send one text again at once the later one sees the earlier one's.
  const rows = await tx
    .selectFrom("messages")
    .select(["id", "conversation_id", "text", "metadata", "direction", "kind", "status", "template_id", "broadcast_id"])
    .where("tenant_id", "=", tenantId)
    .where("id", "in", ids)
    .orderBy("id")
    .forUpdate()
    .execute();
  const again = await tx
    .selectFrom("messages")
    .select(["id", "retry_of", "direction", "kind", "status"])
    .where("tenant_id", "=", tenantId)
    .where("retry_of", "in", ids)
    .execute();
  for (const { request, target } of retries) {
    const row = rows.find(({ id }) => id === target.of);
    if (!row) {
      places.set(request, notFound());
      continue;
    }
    const { text, metadata, template_id: templateId, conversation_id: conversationId } = row;
    const present = again.find((one) => one.retry_of === target.of && decideRetry(one) === "refuse");
    const refusal = decideRetry(row) === "refuse" ? stillUnderWay() : present && sentAgain(present.id);
    places.set(request, {
      conversationId,
      isNew: false,
      content: {
        text,
        templateId,
        sendAt: null,
        metadata,
        clientId: target.clientId ?? null,
        kind: "text",
        mentions: [],
        refusals: [],
      },
      retryOf: target.of,
      isBroadcast: row.broadcast_id !== null,
      ...(refusal ? { refusal } : {}),
    });
  }
}

const stillUnderWay = () =>
  new Refusal("conflict", { detail: "Only a text that failed or was not delivered can be sent again." });

/** A double click, or a job that runs twice, must not text anybody twice. */
export const sentAgain = (id: MessageId) =>
  new Refusal("conflict", { detail: `This text was sent again already, as ${id}.` });

/** A line that texts may be sent from by its number or sender id. */
export interface SenderLine {
  id: LineId;
  number: CanonicalNumber | null;
  sender_id: string | null;
}

async function placeNumbers(
  tx: Tx,
  tenantId: TenantId,
  targets: readonly (Targeted<"number"> & { readonly content: ReadContent })[],
  places: Places,
  context: { ids: Ids; now: number },
): Promise<void> {
  const lines = await findSenders(
    tx,
    tenantId,
    targets.map(({ target }) => target.from),
  );
  const wanted: { request: SendRequest; content: ReadContent; thread: WantedThread }[] = [];
  for (const { request, target, content } of targets) {
    const thread = wantThread(lines, target.from, target.to, request.principal);
    const [unfit] = content.refusals;
    if (thread instanceof Refusal) places.set(request, thread);
    else if (unfit) places.set(request, unfit);
    else wanted.push({ request, content, thread });
  }
  const threads = await getOrCreateThreads(
    tx,
    tenantId,
    wanted.map(({ thread }) => thread),
    context,
  );
  for (const [index, { request, content }] of wanted.entries()) {
    const thread = threads[index];
    if (!thread) continue;
    places.set(request, { ...placeOf(content, request.origin), conversationId: thread.id, isNew: thread.isNew });
  }
}

/** The lines that send as one of `froms`. */
export async function findSenders(tx: Tx, tenantId: TenantId, froms: readonly string[]): Promise<SenderLine[]> {
  const senders = [...new Set([...new Set(froms)].map(senderOf))];
  const { rows } = await sql<SenderLine>`
    select id, number, sender_id from lines
    where tenant_id = ${tenantId} and (number = any(${senders}::text[]) or sender_id = any(${senders}::text[]))`.execute(
    tx,
  );
  return rows;
}

function senderOf(from: string): string {
  const reading = readNumber(from);
  return reading.kind === "invalid" ? from : reading.number;
}

const findSender = (lines: readonly SenderLine[], sender: string): SenderLine | undefined =>
  lines.find(({ number, sender_id }) => number === sender || sender_id === sender);

const noSuchLine = () => new Refusal("not_found", { detail: "None of the lines that you see sends as `from`." });

/** The thread that a text from a line to a number belongs to, if the caller may begin it. */
export function wantThread(
  lines: readonly SenderLine[],
  from: string,
  to: string,
  { sight, user }: SendingPrincipal,
): WantedThread | Refusal {
  const line = findSender(lines, from) ?? findSender(lines, senderOf(from)); // reading a number costs something
  if (!line) return noSuchLine();
  if (sight.lineIds !== "all" && !sight.lineIds.has(line.id)) return noSuchLine();
  const recipient = readRecipient(to, to.startsWith("+") ? undefined : countryOf(line.number));
  if (recipient.kind === "invalid") return unreadable(recipient.reason);
  if (sight.records !== null) return needsRecord();
  return {
    lineId: line.id,
    participants: [{ number: recipient.number, contactId: null, name: null }],
    assigneeId: sight.assignedTo === null ? null : (user?.id ?? null),
    records: [],
    metadata: {},
  };
}

const unreadable = (reason: string) =>
  new Refusal("invalid_number", {
    detail: `\`to\` cannot be texted: ${reason}.`,
    issues: [{ path: ["to"], message: reason }],
  });

const needsRecord = () =>
  new Refusal("forbidden", {
    detail: "This session is limited to records: open the conversation with one of them, then send into it.",
  });
