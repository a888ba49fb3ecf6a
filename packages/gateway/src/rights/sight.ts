import type { CrmRecordRef, LineId, UserId } from "@trunkline/protocol";

/** What a principal sees of a tenant. Every condition narrows; `null` and `"all"` do not. */
export interface Sight {
  readonly lineIds: ReadonlySet<LineId> | "all";
  /** Only conversations about one of these records. */
  readonly records: readonly CrmRecordRef[] | null;
  /** Only conversations assigned to this user. */
  readonly assignedTo: UserId | null;
  /** Whose personal events are seen; null for keys. */
  readonly userId: UserId | null;
}

/** For whom an event is. Whatever is absent does not restrict; an empty audience is for everybody in the tenant. */
export interface Audience {
  readonly lineId?: LineId;
  /** Personal: only this user's own streams. */
  readonly userId?: UserId;
  /** Present on events of a conversation, also when nobody is assigned. */
  readonly conversation?: { readonly assigneeId: UserId | null; readonly records: readonly CrmRecordRef[] };
  /** Not for those who see this: what goes out of sight is told only to those who lose it. */
  readonly except?: Audience;
}

/** Sight of a key or operator: everything of the tenant except what is personal to a user. */
export const FULL_SIGHT: Sight = { lineIds: "all", records: null, assignedTo: null, userId: null };

/** Whether a principal with this sight may see what has this audience. The same rule guards rows and events. */
export function sees(sight: Sight, { lineId, userId, conversation, except }: Audience): boolean {
  if (except !== undefined && sees(sight, except)) return false;
  if (userId !== undefined && userId !== sight.userId) return false;
  if (lineId !== undefined && sight.lineIds !== "all" && !sight.lineIds.has(lineId)) return false;
  if (conversation === undefined) return true;
  if (sight.assignedTo !== null && conversation.assigneeId !== sight.assignedTo) return false;
  return sight.records === null || conversation.records.some((record) => isOneOf(sight.records ?? [], record));
}

function isOneOf(records: readonly CrmRecordRef[], { source, type, externalId }: CrmRecordRef): boolean {
  return records.some((one) => one.source === source && one.type === type && one.externalId === externalId);
}
