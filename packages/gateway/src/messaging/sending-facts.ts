import type {
  CanonicalNumber,
  CarrierAccountId,
  LineCapabilities,
  LineId,
  LineQuietHours,
  TenantId,
  UpdateSendingSettings,
  UpdateTeamworkSettings,
  UpdateTenantLimits,
} from "@trunkline/protocol";
import { sql } from "kysely";
import { standingColumn, toStanding } from "../opt-ins/standing.ts";
import type { Tx } from "../store/database.ts";
import { toLimits, toSending, toTeamwork } from "../tenants/settings.ts";
import { countriesOf, isConfirmed, readCountry } from "./country-rule.ts";
import type { SendState } from "./decide-send.ts";
import { type QuietRule, quietRuleOf } from "./quiet-rule.ts";

/** What is selected of a line `l` and its tenant `t` to decide about texts from the one in the name of the other. */
export const SENDER = sql`l.id as sender_line_id, l.number as line_number, l.sender_id as line_sender_id,
  l.capabilities as line_capabilities, l.quiet_hours as line_quiet_hours, l.carrier_account_id as line_carrier_account_id,
  t.sending, t.teamwork, t.time_zone, t.limits`;

/** What is selected of where the recipient of a conversation `c` stands. */
export const standingOf = (tenantId: TenantId) =>
  sql`${standingColumn(tenantId, sql`c.line_id`, RECIPIENT)} as known_standing`;

const RECIPIENT = sql`(c.participants -> 0 ->> 'number')`;

/** A row with `SENDER` and a column `known_standing`. */
export interface FactsRow {
  sender_line_id: LineId;
  line_number: CanonicalNumber | null;
  line_sender_id: string | null;
  line_capabilities: LineCapabilities;
  line_quiet_hours: LineQuietHours;
  line_carrier_account_id: CarrierAccountId;
  sending: UpdateSendingSettings;
  teamwork: UpdateTeamworkSettings;
  time_zone: string;
  limits: UpdateTenantLimits;
  known_standing: Parameters<typeof toStanding>[0];
}

/** What is known of a line, its tenant and a recipient. */
export interface SendFacts extends Pick<SendState, "line" | "settings" | "standing" | "quiet" | "homeZone" | "home"> {
  readonly carrierAccountId: CarrierAccountId;
  readonly textsPerDay: number | null;
  /** A person's text into a conversation that nobody has makes it theirs. */
  readonly assignOnReply: boolean;
}

/** Reads facts of one tenant; what several rows share is read once. */
export function factsReader(): (row: FactsRow) => SendFacts {
  const settings = readOnce(({ sending }: FactsRow) => toSending(sending));
  const rules = new Map<LineId, { quiet: QuietRule | null; home: ReadonlySet<string> }>();
  return (row) => {
    const sending = settings(row);
    const known = rules.get(row.sender_line_id) ?? {
      quiet: quietRuleOf(row.line_quiet_hours, sending.quietHours),
      home: sending.countries === "all" ? NOWHERE : countriesOf([row.line_number]),
    };
    rules.set(row.sender_line_id, known);
    return {
      ...known,
      line: { number: row.line_number, senderId: row.line_sender_id, capabilities: row.line_capabilities },
      settings: sending,
      standing: toStanding(row.known_standing),
      homeZone: row.time_zone,
      carrierAccountId: row.line_carrier_account_id,
      textsPerDay: toLimits(row.limits).textsPerDay,
      assignOnReply: toTeamwork(row.teamwork).assignOnReply,
    };
  };
}

const NOWHERE: ReadonlySet<string> = new Set();

function readOnce<Row, Value>(make: (row: Row) => Value): (row: Row) => Value {
  let made: { value: Value } | undefined;
  return (row) => {
    made ??= { value: make(row) };
    return made.value;
  };
}

/** Whether it takes the countries of all lines to say if texts may go there. */
export function needsHome(
  recipient: string,
  { facts: { settings, home }, lastInboundAt }: { facts: SendFacts; lastInboundAt: number | null },
): boolean {
  if (settings.countries === "all" || lastInboundAt !== null) return false;
  return !isConfirmed(readCountry(recipient), settings, { home, wroteBefore: false });
}

/** The countries of all lines of a tenant; only asked where the sending line's own does not settle it. */
export async function readHome(tx: Tx, tenantId: TenantId): Promise<ReadonlySet<string>> {
  const rows = await tx
    .selectFrom("lines")
    .select("number")
    .where("tenant_id", "=", tenantId)
    .where("number", "is not", null)
    .execute();
  return countriesOf(rows.map(({ number }) => number));
}
