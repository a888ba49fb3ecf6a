import type {
  Actor,
  Carrier,
  CarrierAccountId,
  CrmRecord,
  LineId,
  LineQuietHours,
  Message,
  MessageId,
  TenantId,
  UpdateSendingSettings,
  UserId,
} from "@trunkline/protocol";
import { sql } from "kysely";
import { fromBase64 } from "../bytes.ts";
import type { SealedAccount } from "../carrier-accounts/access.ts";
import type { EventLog, NewEvent } from "../events/log.ts";
import { blockOf } from "../opt-ins/carrier-block-work.ts";
import { standingColumn, toStanding } from "../opt-ins/standing.ts";
import type { Audience } from "../rights/sight.ts";
import type { Tx } from "../store/database.ts";
import { recordset } from "../store/json.ts";
import type { MessagePurpose } from "../store/tables/message-tables.ts";
import { toSending } from "../tenants/settings.ts";
import { enqueueMissing, type LaneName } from "../work/queue.ts";
import type { TakeState } from "./decide-send.ts";
import { type MessageRow, toMessage } from "./message-row.ts";
import { type CarrierId, lockingCarrierIds } from "./parked-receipts.ts";
import { type QuietRule, quietRuleOf } from "./quiet-rule.ts";

/** An outbound text that is locked for this transaction, and who may see it. */
export interface LockedText {
  readonly message: Message;
  readonly lineId: LineId;
  readonly carrierAccountId: CarrierAccountId | null;
  readonly audience: Audience;
  /** What the gateway answers by itself with it; null for what people, programs and broadcasts send. */
  readonly purpose: MessagePurpose | null;
  /** Texts a second that its line hands over; null for no limit of its own. */
  readonly sendRate: number | null;
  /** The account that it goes through; null when that is gone. */
  readonly account: SealedAccount | null;
}

interface Row extends MessageRow {
  assignee_id: UserId | null;
  conversation_records: CrmRecord[];
  send_rate: number | null;
  carrier: Carrier | null;
  credentials: Uint8Array;
}

/*
 * Each part is looked up by its own key: `offset 0` keeps the planner from beginning at the conversations, of which it
 * takes a tenant to have few, and reading all that each of them holds.
 */
const PARTS = sql`m.*, c.assignee_id, c.records as conversation_records, l.send_rate, a.carrier, a.credentials`;
const OF_TEXT = sql`
  cross join lateral (select assignee_id, records, last_inbound_at from conversations
    where tenant_id = m.tenant_id and id = m.conversation_id offset 0) c
  cross join lateral (select send_rate, quiet_hours, carrier_account_id, fallback_carrier_account_id from lines
    where tenant_id = m.tenant_id and id = m.line_id offset 0) l
  left join lateral (select carrier, credentials from carrier_accounts
    where tenant_id = m.tenant_id and id = m.carrier_account_id offset 0) a on true`;

const lockedById = (tenantId: TenantId, ids: readonly MessageId[]) => sql`
    with m as materialized (
      select found.* from unnest(${[...ids].sort()}::text[]) as wanted (id)
      cross join lateral (select * from messages
        where tenant_id = ${tenantId} and id = wanted.id and direction = 'outbound' offset 0 for update) found
    )`;

/** Locks texts by their ids, in the order of the ids. Those that are gone are left out. */
export async function lockTexts(
  tx: Tx,
  tenantId: TenantId,
  ids: readonly MessageId[],
): Promise<Map<MessageId, LockedText>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<Row>`${lockedById(tenantId, ids)} select ${PARTS} from m ${OF_TEXT}`.execute(tx);
  return new Map(rows.map((row) => [row.id, toLocked(row)]));
}

/** What is known about a text whose time has come, beside what it says itself. */
export type TakeRules = Pick<TakeState, "settings" | "standing" | "quiet" | "homeZone" | "lastInboundAt" | "purpose">;

interface RulesRow {
  last_inbound_at: Date | null;
  quiet_hours: LineQuietHours;
  sending: UpdateSendingSettings;
  time_zone: string;
  known_standing: Parameters<typeof toStanding>[0];
}

/** A text that is to leave, with what decides whether it may, and by which of its line's accounts. */
export interface TextToSend {
  readonly text: LockedText;
  readonly rules: TakeRules;
  /** The accounts that its line's texts go through: the line's own, then the one that it falls back to. */
  readonly routes: readonly SealedAccount[];
}

interface RoutesRow {
  own_id: CarrierAccountId;
  fallback_id: CarrierAccountId | null;
  /** Null when it is the account that the text has. */
  own_account: JsonAccount | null;
  fallback_account: JsonAccount | null;
}
interface JsonAccount {
  id: CarrierAccountId;
  carrier: Carrier;
  /** Base64. */
  credentials: string;
}

const otherAccount = (column: "carrier_account_id" | "fallback_carrier_account_id") => sql`(
  select json_build_object('id', id, 'carrier', carrier, 'credentials', encode(credentials, 'base64'))
  from carrier_accounts where tenant_id = m.tenant_id and id = l.${sql.ref(column)}
    and id is distinct from m.carrier_account_id)`;

/** The same with what decides how they leave. Share their numbers in a statement before. */
export async function lockTextsToSend(
  tx: Tx,
  tenantId: TenantId,
  ids: readonly MessageId[],
): Promise<Map<MessageId, TextToSend>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<Row & RulesRow & RoutesRow>`${lockedById(tenantId, ids)}
    select ${PARTS}, c.last_inbound_at, l.quiet_hours, t.sending, t.time_zone,
      ${standingColumn(tenantId, sql`m.line_id`, sql`m.recipient`)} as known_standing,
      l.carrier_account_id as own_id, l.fallback_carrier_account_id as fallback_id,
      ${otherAccount("carrier_account_id")} as own_account,
      ${otherAccount("fallback_carrier_account_id")} as fallback_account
    from m ${OF_TEXT} cross join (select sending, time_zone from tenants where tenant_id = ${tenantId}) t`.execute(tx);
  const quietRules = new Map<LineId, QuietRule | null>();
  return new Map(
    rows.map(
      ({
        last_inbound_at,
        quiet_hours,
        sending,
        time_zone,
        known_standing,
        own_id,
        fallback_id,
        own_account,
        fallback_account,
        ...row
      }) => {
        const settings = toSending(sending);
        const quiet = quietRules.get(row.line_id) ?? quietRuleOf(quiet_hours, settings.quietHours);
        quietRules.set(row.line_id, quiet);
        const rules: TakeRules = {
          settings,
          standing: toStanding(known_standing),
          quiet,
          homeZone: time_zone,
          lastInboundAt: last_inbound_at?.getTime() ?? null,
          purpose: row.purpose,
        };
        const text = toLocked(row);
        const accounts = [text.account, toSealed(own_account), toSealed(fallback_account)];
        const routes = [own_id, fallback_id].flatMap((id) => accounts.find((one) => one?.id === id) ?? []);
        return [row.id, { text, rules, routes }];
      },
    ),
  );
}

const toSealed = (account: JsonAccount | null): SealedAccount | null =>
  account && { ...account, credentials: fromBase64(account.credentials.replace(/\s/g, "")) ?? new Uint8Array() };

/** Writes down that texts go through other accounts than they were accepted for. */
export async function storeRoutes(
  tx: Tx,
  tenantId: TenantId,
  texts: readonly Pick<LockedText, "message" | "carrierAccountId">[],
): Promise<void> {
  if (texts.length === 0) return;
  const rows = texts.map(({ message, carrierAccountId }) => ({ id: message.id, account: carrierAccountId }));
  await sql`update messages m set carrier_account_id = n.account from ${recordset(rows)} as n (id text, account text)
    where m.tenant_id = ${tenantId} and m.id = n.id`.execute(tx);
}

/** Locks the text that a carrier knows under its own id. */
export async function lockByCarrierId(
  tx: Tx,
  tenantId: TenantId,
  accountId: CarrierAccountId,
  carrierMessageId: string,
): Promise<LockedText | null> {
  const { rows } = await sql<Row>`
    with m as materialized (
      select * from messages
      where tenant_id = ${tenantId} and carrier_account_id = ${accountId}
        and carrier_message_id = ${carrierMessageId} and direction = 'outbound'
      order by id limit 1 for update
    )
    select ${PARTS} from m ${OF_TEXT}`.execute(tx);
  return rows[0] ? toLocked(rows[0]) : null;
}

function toLocked({ assignee_id, conversation_records, send_rate, carrier, credentials, ...row }: Row): LockedText {
  const records = conversation_records.map(({ source, type, externalId }) => ({ source, type, externalId }));
  return {
    message: toMessage(row),
    lineId: row.line_id,
    carrierAccountId: row.carrier_account_id,
    audience: { lineId: row.line_id, conversation: { assigneeId: assignee_id, records } },
    purpose: row.purpose,
    sendRate: send_rate,
    account: carrier && row.carrier_account_id ? { id: row.carrier_account_id, carrier, credentials } : null,
  };
}

/**
 * Writes what became of texts, and tells it, with one statement. What carriers block is put down to be recorded.
 *
 * @param carrierIds - the carriers' ids that became known with it; they are locked along, see `parked-receipts.ts`
 * @param actor - who caused it; null for the gateway and for carriers
 * @returns lanes that have work now; wake them after the commit
 */
export async function storeOutcomes(
  tx: Tx,
  tenantId: TenantId,
  texts: readonly Pick<LockedText, "message" | "audience" | "lineId">[],
  log: EventLog,
  carrierIds: readonly CarrierId[] = [],
  actor: Actor | null = null,
): Promise<LaneName[]> {
  if (texts.length === 0) return [];
  const rows = texts.map(({ message }) => ({
    id: message.id,
    status: message.status,
    failure: message.failure,
    held_code: message.held?.code ?? null,
    held_until: message.held?.until ?? null,
    sent_at: message.sentAt,
    delivered_at: message.deliveredAt,
    carrier_message_id: message.carrierMessageId,
    carrier_status: message.carrierStatus,
    updated_at: message.updatedAt,
  }));
  const events = texts.map(
    ({ message, audience }): NewEvent => ({ type: "message.updated", data: message, audience, actor }),
  );
  const locked = carrierIds.length > 0 ? sql`and (${lockingCarrierIds(carrierIds)}) is not null` : sql``;
  await sql`with changed as (
      update messages m set status = n.status, failure = n.failure, held_code = n.held_code, held_until = n.held_until,
        sent_at = n.sent_at, delivered_at = n.delivered_at, carrier_message_id = n.carrier_message_id,
        carrier_status = n.carrier_status, updated_at = n.updated_at
      from ${recordset(rows)} as n (id text, status text, failure jsonb, held_code text,
        held_until timestamptz, sent_at timestamptz, delivered_at timestamptz, carrier_message_id text,
        carrier_status text, updated_at timestamptz)
      where m.tenant_id = ${tenantId} and m.id = n.id ${locked} returning 1)
    ${log.insertion(tenantId, events)}`.execute(tx);
  const blocks = texts.flatMap(({ message, lineId }) => blockOf(lineId, message) ?? []);
  for (const block of blocks) await enqueueMissing(tx, tenantId, [block], block.dueAt.getTime());
  return blocks.map(({ kind, lane }) => ({ tenantId, kind, lane }));
}
