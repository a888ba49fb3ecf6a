import type {
  CanonicalNumber,
  Carrier,
  CarrierAccount,
  CarrierAccountId,
  GroupId,
  LineCapabilities,
  LineId,
  LineKind,
  LineQuietHours,
  TenantId,
  UserId,
} from "@trunkline/protocol";
import type { ColumnType, Generated } from "kysely";
import type { StoredHealth } from "../../carriers/health.ts";
import type { Json } from "./json-column.ts";

interface CarrierAccountsTable {
  tenant_id: TenantId;
  id: CarrierAccountId;
  carrier: Carrier;
  name: string;
  /** Sealed; see `seal/`. */
  credentials: Uint8Array;
  keyword_answers: Generated<CarrierAccount["keywordAnswers"]>;
  /** Null while no text has been handed over. */
  health: ColumnType<StoredHealth | null, StoredHealth | null | undefined, StoredHealth | null>;
  created_at: Date;
  updated_at: Date;
}

interface LinesTable {
  tenant_id: TenantId;
  id: LineId;
  name: string;
  number: CanonicalNumber | null;
  sender_id: string | null;
  kind: LineKind;
  carrier_account_id: CarrierAccountId;
  /** Takes texts that the other one certainly has not got. */
  fallback_carrier_account_id: ColumnType<
    CarrierAccountId | null,
    CarrierAccountId | null | undefined,
    CarrierAccountId | null
  >;
  capabilities: Json<LineCapabilities>;
  send_rate: number | null;
  quiet_hours: ColumnType<LineQuietHours, LineQuietHours | undefined, LineQuietHours>;
  created_at: Date;
  updated_at: Date;
}

interface LineGroupsTable {
  tenant_id: TenantId;
  line_id: LineId;
  group_id: GroupId;
}

interface LineAssigneesTable {
  tenant_id: TenantId;
  line_id: LineId;
  user_id: UserId;
}

/** Carrier accounts, lines, and who sees them. */
export interface LineTables {
  carrier_accounts: CarrierAccountsTable;
  lines: LinesTable;
  line_groups: LineGroupsTable;
  line_assignees: LineAssigneesTable;
}
