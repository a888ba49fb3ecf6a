import type {
  DeliveryAttempt,
  DeliveryStatus,
  EventId,
  EventType,
  TenantId,
  WebhookDeliveryId,
  WebhookDisabledReason,
  WebhookId,
} from "@trunkline/protocol";
import type { ColumnType, Generated, JSONColumnType } from "kysely";
import type { Audience } from "../../rights/sight.ts";
import type { Json } from "./json-column.ts";

interface EventsTable {
  tenant_id: TenantId;
  /** xid8; read it as text. */
  xid: ColumnType<string, never, never>;
  n: ColumnType<number, never, never>;
  id: EventId;
  type: EventType;
  audience: Json<Audience>;
  body: string;
  created_at: Date;
}

interface EventHorizonsTable {
  tenant_id: TenantId;
  xid: string;
  n: number;
}

interface IdempotencyKeysTable {
  tenant_id: TenantId;
  principal: string;
  route: string;
  key: string;
  request_hash: Uint8Array;
  status: number | null;
  /** Sealed body of the answer. */
  answer: Uint8Array | null;
  created_at: Date;
}

/** Like `idempotency_keys`, for the operator's own routes; `tenant_id` is empty. */
type OperatorIdempotencyKeysTable = Omit<IdempotencyKeysTable, "tenant_id"> & { tenant_id: "" };

interface WorkTable {
  tenant_id: TenantId;
  id: string;
  kind: string;
  lane: string;
  serial: string;
  priority: Generated<number>;
  due_at: Date;
  attempts: Generated<number>;
  payload: Json<object>;
  started_fence: number | null;
  created_at: Date;
}

interface WorkLanesTable {
  tenant_id: TenantId;
  kind: string;
  lane: string;
  holder: string | null;
  fence: Generated<number>;
  lease_until: Date | null;
  paused_until: Date | null;
}

interface WebhooksTable {
  tenant_id: TenantId;
  id: WebhookId;
  url: string;
  events: string[];
  description: string | null;
  secret: Uint8Array;
  former_secret: Uint8Array | null;
  former_secret_until: Date | null;
  disabled_reason: WebhookDisabledReason | null;
  disabled_at: Date | null;
  failing_since: Date | null;
  epoch: string;
  /** xid8; read it as text. */
  xid: string;
  n: number;
  created_at: Date;
  updated_at: Date;
}

interface WebhookDeliveriesTable {
  tenant_id: TenantId;
  id: WebhookDeliveryId;
  webhook_id: WebhookId;
  event_id: EventId;
  event_type: string;
  xid: string | null;
  n: number | null;
  status: DeliveryStatus;
  is_replay: boolean;
  attempts: number;
  last_attempt: JSONColumnType<DeliveryAttempt | null, DeliveryAttempt | null, DeliveryAttempt | null>;
  next_attempt_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

interface StoreInfoTable {
  epoch: string;
  fingerprint: string;
  environment: "production" | "sandbox";
}

/** Events, work, webhooks, and the store itself. */
export interface WorkTables {
  events: EventsTable;
  event_horizons: EventHorizonsTable;
  idempotency_keys: IdempotencyKeysTable;
  operator_idempotency_keys: OperatorIdempotencyKeysTable;
  work: WorkTable;
  work_lanes: WorkLanesTable;
  webhooks: WebhooksTable;
  webhook_deliveries: WebhookDeliveriesTable;
  store_info: StoreInfoTable;
}
