import type {
  CarrierAccount,
  CarrierAccountId,
  ConversationId,
  LineId,
  MessageId,
  SendingSettings,
  TenantId,
  UpdateSendingSettings,
} from "@trunkline/protocol";
import { readNumber } from "@trunkline/protocol/phone-number";
import { sql } from "kysely";
import { type AcceptParts, acceptSends } from "../messaging/accept.ts";
import { answerOrigin, type SendRequest, systemPrincipal } from "../messaging/send-request.ts";
import type { Ids } from "../random.ts";
import type { Tx } from "../store/database.ts";
import { json } from "../store/json.ts";
import type { MessagePurpose } from "../store/tables/message-tables.ts";
import { toSending } from "../tenants/settings.ts";
import { answerText } from "./answer-texts.ts";
import { optInEvents } from "./audience.ts";
import { decideKeyword, type KeywordDecision, type Scope } from "./decide-keyword.ts";
import { type KeywordReading, readKeyword } from "./keywords.ts";
import { Ledger } from "./ledger.ts";
import type { Stop } from "./recent-stops.ts";
import { pairKey, readStandings } from "./standing.ts";

/*
 * What texts of people change in the ledger, in the transaction that stores them: whoever said STOP is out when the
 * carrier hears that we have their text.
 */

/** A text that came in. */
export interface InboundWords {
  readonly messageId: MessageId;
  readonly accountId: CarrierAccountId;
  readonly lineId: LineId;
  /** Canonical. */
  readonly from: string;
  readonly text: string;
  /** When it was sent by the carrier's clock, in milliseconds; null when the carrier does not say. */
  readonly sentAt: number | null;
}

/** Where a text was put. */
export interface Placed {
  readonly conversationId: ConversationId;
  /** The name of whoever wrote it. */
  readonly name: string | null;
}

/** What follows after the commit. */
export interface KeywordEffects {
  readonly stops: readonly Stop[];
  /** Lines that have answers to send. */
  readonly lineIds: ReadonlySet<LineId>;
}
export const NO_EFFECTS: KeywordEffects = { stops: [], lineIds: new Set() };

interface Keyword extends InboundWords {
  readonly reading: KeywordReading;
}

/** Texts that read like keywords, with the ledger of their numbers. */
export interface KeywordTurn {
  readonly keywords: readonly Keyword[];
  readonly ledger: Ledger;
}

/** Looks for keywords, and owns the numbers of those that matter. Comes before conversations are locked. */
export async function openKeywords(
  tx: Tx,
  tenantId: TenantId,
  texts: readonly InboundWords[],
  context: { ids: Ids; now: number },
): Promise<KeywordTurn | null> {
  const found = texts.flatMap((one): Keyword[] => {
    const number = readNumber(one.from);
    const reading = readKeyword(one.text, { country: number.kind === "phone" ? (number.country ?? null) : null });
    return reading.kind === "none" ? [] : [{ ...one, reading }];
  });
  if (found.length === 0) return null;
  const pairs = found.map(({ lineId, from }) => ({ lineId, number: from }));
  const standings = await readStandings(tx, tenantId, pairs);
  // Most of those who say "yes" answer something else.
  const keywords = found.filter(
    ({ reading, lineId, from }) =>
      reading.kind !== "affirm" || standings.get(pairKey(lineId, from))?.state === "pending",
  );
  if (keywords.length === 0) return null;
  const numbers = keywords.map(({ from }) => from);
  return { keywords, ledger: await Ledger.open(tx, tenantId, numbers, context) };
}

/** Records what the texts say and queues the answers. Comes after the texts are stored. */
export async function applyKeywords(
  tx: Tx,
  tenantId: TenantId,
  { keywords, ledger }: KeywordTurn,
  placed: ReadonlyMap<MessageId, Placed>,
  parts: AcceptParts,
  now: number,
): Promise<KeywordEffects> {
  const business = await readBusiness(tx, tenantId, keywords);
  const answers: Answer[] = [];
  const stops: Stop[] = [];
  for (const keyword of keywords) {
    const place = placed.get(keyword.messageId);
    if (!place) continue;
    const { entries, answer } = decide(keyword, ledger, business.sending);
    for (const { scope, state, method, certain } of entries) {
      const { text, from, messageId, reading, sentAt } = keyword;
      const lineId = lineOf(scope, keyword);
      const by = { kind: "contact", id: null, name: place.name } as const;
      const evidence = sentAt === null ? null : { [SENT_AT]: new Date(sentAt).toISOString() };
      const said = { wording: cut(text), language: reading.language, messageId, certain, evidence };
      ledger.add({ number: from, lineId, state, method, at: null, by, ...said });
      if (state === "opted_out") stops.push({ lineId, number: from });
    }
    if (answer !== null && mayAnswer(keyword, business)) {
      const { language } = keyword.reading;
      const text = answerText(answer, business.sending.answers[answer], { business: business.name, language });
      if (text !== null) answers.push({ conversationId: place.conversationId, purpose: PURPOSES[answer], text });
    }
  }
  const changed = await ledger.write(tx);
  await parts.log.append(tx, tenantId, await optInEvents(tx, tenantId, changed, null));
  return { stops, lineIds: await sendAnswers(tx, tenantId, answers, parts, now) };
}

function decide(
  { reading, from, lineId, sentAt }: Keyword,
  ledger: Ledger,
  sending: Pick<SendingSettings, "optOutScope">,
): KeywordDecision {
  const isAgreement = reading.kind === "opt_in" || reading.kind === "affirm";
  if (isAgreement && sentAt !== null && hasStoppedSince(ledger, from, lineId, sentAt))
    return { entries: [], answer: null };
  const standings = { tenant: ledger.standing(from, null), line: ledger.standing(from, lineId) };
  return decideKeyword(reading.kind, standings, sending);
}

/** Where the ledger keeps the carrier's time of a text. */
const SENT_AT = "sentAt";

/** Whether a STOP that was sent later came first: a carrier tries for hours to deliver a START that nobody took. */
function hasStoppedSince(ledger: Ledger, number: string, lineId: LineId, sentAt: number): boolean {
  return [...ledger.history(number, null), ...ledger.history(number, lineId)].some(({ state, evidence }) => {
    const other = state === "opted_out" ? evidence?.[SENT_AT] : undefined;
    return typeof other === "string" && Date.parse(other) > sentAt;
  });
}

/** The ledger keeps so many characters of a text, which is whole in its conversation. */
const WORDING_CHARACTERS = 2000;

const cut = (text: string): string =>
  text.length > WORDING_CHARACTERS
    ? [...text.slice(0, 2 * WORDING_CHARACTERS)].slice(0, WORDING_CHARACTERS).join("")
    : text;

const lineOf = (scope: Scope, { lineId }: Keyword): LineId | null => (scope === "tenant" ? null : lineId);

const PURPOSES = {
  optOut: "opt_out_answer",
  optIn: "opt_in_answer",
  help: "help_answer",
} as const satisfies Record<NonNullable<KeywordDecision["answer"]>, MessagePurpose>;

interface Business {
  readonly name: string;
  readonly sending: SendingSettings;
  readonly answeredBy: Readonly<Record<string, CarrierAccount["keywordAnswers"]>>;
}

async function readBusiness(tx: Tx, tenantId: TenantId, keywords: readonly Keyword[]): Promise<Business> {
  const accounts = [...new Set(keywords.map(({ accountId }) => accountId))];
  const { rows } = await sql<{
    name: string;
    sending: UpdateSendingSettings;
    answered_by: Business["answeredBy"] | null;
  }>`select t.name, t.sending, (select jsonb_object_agg(a.id, a.keyword_answers) from carrier_accounts a
      where a.tenant_id = t.tenant_id and a.id = any(${accounts}::text[])) as answered_by
    from tenants t where t.tenant_id = ${tenantId}`.execute(tx);
  const [row] = rows;
  if (!row) throw new Error("a tenant vanished while a text came for it");
  return { name: row.name, sending: toSending(row.sending), answeredBy: row.answered_by ?? {} };
}

/** Only telephones are answered, and only where the carrier does not answer by itself. */
function mayAnswer({ accountId, from }: Keyword, { answeredBy }: Business): boolean {
  return answeredBy[accountId] !== "carrier" && readNumber(from).kind === "phone";
}

interface Answer {
  readonly conversationId: ConversationId;
  readonly purpose: MessagePurpose;
  readonly text: string;
}

/** One answer of a kind for a conversation within this time, in milliseconds: two machines must not talk for ever. */
const ANSWER_ONCE_MS = 5 * 60_000;

/** Queues answers; one that may not be sent, such as by a line that cannot send, is left out. */
async function sendAnswers(
  tx: Tx,
  tenantId: TenantId,
  answers: readonly Answer[],
  parts: AcceptParts,
  now: number,
): Promise<ReadonlySet<LineId>> {
  if (answers.length === 0) return NO_EFFECTS.lineIds;
  const nameOf = (conversationId: ConversationId, purpose: MessagePurpose | null) => `${conversationId} ${purpose}`;
  const conversations = [...new Set(answers.map(({ conversationId }) => conversationId))];
  const { rows } = await sql<{ conversation_id: ConversationId; purpose: MessagePurpose }>`
    select m.conversation_id, m.purpose from jsonb_array_elements_text(${json(conversations)}) as c (id)
    join messages m on m.tenant_id = ${tenantId} and m.conversation_id = c.id and m.purpose is not null
      and m.status <> 'failed' -- a STOP right after START keeps its answer from leaving
      and m.created_at > ${new Date(now - ANSWER_ONCE_MS)}::timestamptz`.execute(tx);
  const answered = new Set(rows.map(({ conversation_id, purpose }) => nameOf(conversation_id, purpose)));
  const requests: SendRequest[] = [];
  for (const { conversationId, purpose, text } of answers) {
    const name = nameOf(conversationId, purpose);
    if (answered.has(name)) continue;
    answered.add(name);
    requests.push({
      principal: systemPrincipal(tenantId, { kind: "system", id: null, name: null }, null),
      target: { kind: "conversation", id: conversationId, content: { text } },
      origin: answerOrigin(purpose),
      keyed: null,
    });
  }
  const { lineIds } = await acceptSends(tx, tenantId, requests, parts, now);
  return lineIds;
}
