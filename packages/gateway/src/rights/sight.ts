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
  /**
   * About a phone number rather than one conversation: for those who see one of these, and for whoever is not limited to
   * some conversations, of the line or, without one, of the tenant.
   */
  readonly anyOf?: readonly Audience[];
  /** Not for those who see this: what goes out of sight is told only to those who lose it. */
  readonly except?: Audience;
}

/** Sight of a key or operator: everything of the tenant except what is personal to a user. */
export const FULL_SIGHT: Sight = { lineIds: "all", records: null, assignedTo: null, userId: null };

/** Whether a principal with this sight may see what has this audience. The same rule guards rows and events. */
export function sees(sight: Sight, { lineId, userId, conversation, anyOf, except }: Audience): boolean {
  if (except !== undefined && sees(sight, except)) return false;
  if (userId !== undefined && userId !== sight.userId) return false;
  if (lineId !== undefined && sight.lineIds !== "all" && !sight.lineIds.has(lineId)) return false;
  if (anyOf !== undefined && (isLimited(sight) || (lineId === undefined && sight.lineIds !== "all"))) {
    return anyOf.some((one) => sees(sight, one));
  }
  if (conversation === undefined) return true;
  if (sight.assignedTo !== null && conversation.assigneeId !== sight.assignedTo) return false;
  return sight.records === null || conversation.records.some((record) => isOneOf(sight.records ?? [], record));
}

/** Whether of the lines that are seen only some conversations are. */
export const isLimited = ({ records, assignedTo }: Sight): boolean => records !== null || assignedTo !== null;

function isOneOf(records: readonly CrmRecordRef[], { source, type, externalId }: CrmRecordRef): boolean {
  return records.some((one) => one.source === source && one.type === type && one.externalId === externalId);
}
