import type {
  CheckMessage,
  CheckMessageTo,
  ConversationId,
  MessageCheck,
  Participant,
  TenantId,
} from "@trunkline/protocol";
import { segments } from "@trunkline/protocol/segments";
import { type RawBuilder, sql } from "kysely";
import { notFound, Refusal } from "../http/refusal.ts";
import { openSendCap } from "../limits/send-cap.ts";
import { standingColumn } from "../opt-ins/standing.ts";
import { zonesOfNumber } from "../quiet-hours/zones-of-number.ts";
import type { Principal } from "../rights/principal.ts";
import type { Tx } from "../store/database.ts";
import { readTemplates } from "../templates/store.ts";
import { type ReadContent, readContent, templatesOf } from "./content.ts";
import { type Reason, type SendState, weighSend } from "./decide-send.ts";
import { participantKey } from "./numbers.ts";
import { findSenders, wantThread } from "./send-places.ts";
import {
  type FactsRow,
  factsReader,
  needsHome,
  readHome,
  SENDER,
  type SendFacts,
  standingOf,
} from "./sending-facts.ts";
import { seenBy } from "./sight-condition.ts";

/*
 * Asking before a text is written. The answer comes out of the same rules as a refusal; nothing is locked or made, so
 * that a STOP may still come in between.
 */

/** @throws Refusal not_found when the conversation is not seen */
export async function checkInto(
  tx: Tx,
  principal: Principal,
  id: ConversationId,
  body: CheckMessage,
  now: number,
): Promise<MessageCheck> {
  const found = await readConversationFacts(tx, principal, sql`c.id = ${id}`);
  if (!found) throw notFound();
  return answer(tx, principal.tenantId, await readAsked(tx, principal.tenantId, body, now), found, now);
}

/** @throws Refusal not_found when no line that is seen sends as `from`, or the conversation there is not seen */
export async function checkTo(
  tx: Tx,
  principal: Principal,
  { from, to, ...body }: CheckMessageTo,
  now: number,
): Promise<MessageCheck> {
  const { tenantId } = principal;
  const thread = wantThread(await findSenders(tx, tenantId, [from]), from, to, principal);
  const asked = await readAsked(tx, tenantId, body, now);
  if (thread instanceof Refusal) {
    if (thread.code === "not_found") throw thread;
    return refused([thread, ...asked.refusals].map(toReason), asked);
  }
  const { lineId, participants } = thread;
  const key = participantKey(participants.map(({ number }) => number));
  const isThere = sql`c.line_id = ${lineId} and c.participant_key = ${key}`;
  const found = await readConversationFacts(tx, principal, isThere);
  if (found) return answer(tx, tenantId, asked, found, now);
  const { rows: hidden } =
    await sql`select from conversations c where c.tenant_id = ${tenantId} and ${isThere}`.execute(tx);
  if (hidden.length > 0) throw notFound();
  const [participant] = participants;
  const { rows } = await sql<FactsRow>`
    select ${SENDER}, ${standingColumn(tenantId, sql`l.id`, sql`${participant?.number ?? ""}::text`)} as known_standing
    from lines l join tenants t on t.tenant_id = l.tenant_id
    where l.tenant_id = ${tenantId} and l.id = ${lineId}`.execute(tx);
  if (!rows[0] || !participant) throw notFound();
  return answer(tx, tenantId, asked, { participant, facts: factsReader()(rows[0]), lastInboundAt: null }, now);
}

/** What decides about texts to somebody. */
interface Recipient {
  readonly participant: Participant;
  readonly facts: SendFacts;
  readonly lastInboundAt: number | null;
}

async function readConversationFacts(
  tx: Tx,
  { tenantId, sight }: Principal,
  which: RawBuilder<unknown>,
): Promise<Recipient | null> {
  const { rows } = await sql<FactsRow & { participants: Participant[]; last_inbound_at: Date | null }>`
    select c.participants, c.last_inbound_at, ${SENDER}, ${standingOf(tenantId)}
    from conversations c
    join lines l on l.tenant_id = c.tenant_id and l.id = c.line_id
    join tenants t on t.tenant_id = c.tenant_id
    where c.tenant_id = ${tenantId} and ${which} and ${seenBy(sight)}`.execute(tx);
  const [row] = rows;
  const [participant] = row?.participants ?? [];
  if (!row || !participant) return null;
  return { participant, facts: factsReader()(row), lastInboundAt: row.last_inbound_at?.getTime() ?? null };
}

async function readAsked(tx: Tx, tenantId: TenantId, body: CheckMessage, now: number): Promise<ReadContent> {
  return readContent(body, await readTemplates(tx, tenantId, templatesOf([body])), now);
}

async function answer(
  tx: Tx,
  tenantId: TenantId,
  asked: ReadContent,
  { participant, facts, lastInboundAt }: Recipient,
  now: number,
): Promise<MessageCheck> {
  const recipient = participant.number;
  const home = needsHome(recipient, { facts, lastInboundAt }) ? await readHome(tx, tenantId) : facts.home;
  const state: SendState = {
    ...facts,
    home,
    recipient,
    lastInboundAt,
    purpose: null,
    isBroadcast: false,
    sendAt: asked.sendAt,
    now,
  };
  const { reasons, dueAt, held } = weighSend(state);
  const cap = await openSendCap(tx, tenantId, facts.textsPerDay, now); // and nothing of it is taken
  const standing = [...asked.refusals.map(toReason), ...reasons, ...(cap.take() ? [] : [toReason(cap.refusal())])];
  const timeZones = [...zonesOfNumber(recipient)];
  if (standing.length > 0) return refused(standing, asked, timeZones);
  return {
    canSend: true,
    reasons: held ? [{ code: held.code, message: held.message }] : [],
    ...costOf(asked),
    sendAfter: dueAt > now ? new Date(dueAt).toISOString() : null,
    timeZones,
  };
}

function refused(reasons: readonly Reason[], asked: ReadContent, timeZones: string[] = []): MessageCheck {
  return { canSend: false, reasons: [...reasons], ...costOf(asked), sendAfter: null, timeZones };
}

function costOf({ text }: ReadContent): Pick<MessageCheck, "encoding" | "segments"> {
  if (text === null) return { encoding: null, segments: null };
  const { encoding, segments: count } = segments(text);
  return { encoding, segments: count };
}

/** A refusal, as it says itself. */
const toReason = ({ code, message }: Refusal): Reason => ({ code, message });
