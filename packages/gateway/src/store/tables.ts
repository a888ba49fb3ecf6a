import type { LineTables } from "./tables/line-tables.ts";
import type { MessageTables } from "./tables/message-tables.ts";
import type { MicrosoftTables } from "./tables/microsoft-tables.ts";
import type { SendingTables } from "./tables/sending-tables.ts";
import type { TenantTables } from "./tables/tenant-tables.ts";
import type { WorkTables } from "./tables/work-tables.ts";

/** The tables as the code sees them; the migrations are the truth. */
export interface Tables extends TenantTables, MicrosoftTables, LineTables, MessageTables, SendingTables, WorkTables {}
