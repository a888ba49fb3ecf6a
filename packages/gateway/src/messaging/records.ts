import type { CrmRecordRef } from "@trunkline/protocol";

/** Whether two name the same record of the host's CRM. */
export function isSameRecord(a: CrmRecordRef, b: CrmRecordRef): boolean {
  return a.source === b.source && a.type === b.type && a.externalId === b.externalId;
}
