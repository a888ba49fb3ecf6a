import type { MessageRow } from "@trunkline/sdk";
import { daysBetween } from "../../locales/localizer.ts";

/** What stands below each other in a thread. */
export type Row =
  | { readonly kind: "day"; readonly key: string; readonly at: Date }
  | { readonly kind: "unread"; readonly key: string }
  | {
      readonly kind: "message";
      readonly key: string;
      readonly item: MessageRow;
      /** Opens a group: shows who wrote, and when. */
      readonly first: boolean;
    };

/** Messages of one author that are further apart than this do not stand in one group. */
const GROUP_MS = 5 * 60_000;

export interface RowOptions {
  /** The "New" divider goes before the first inbound message behind this sequence; null for none. */
  readonly unreadAfter: number | null;
  /** Who is signed in: unsent texts join the group of their sent ones. */
  readonly userId: string | null;
}

/** Orders messages into days and groups. They come oldest first; the keys of rows stay when others come or go. */
export function rowsOf(items: readonly MessageRow[], { unreadAfter, userId }: RowOptions): Row[] {
  const rows: Row[] = [];
  let before: MessageRow | undefined;
  let divided = unreadAfter === null;
  for (const item of items) {
    const at = new Date(item.message.createdAt);
    let first = before === undefined || !sameGroup(before, item, userId);
    if (before === undefined || daysBetween(new Date(before.message.createdAt), at) !== 0) {
      rows.push({ kind: "day", key: `day-${item.key}`, at });
      first = true;
    }
    const { direction, sequence } = item.message;
    if (!divided && direction === "inbound" && sequence !== null && sequence > (unreadAfter ?? 0)) {
      rows.push({ kind: "unread", key: "unread" });
      divided = true;
      first = true;
    }
    rows.push({ kind: "message", key: item.key, item, first });
    before = item;
  }
  return rows;
}

function sameGroup(before: MessageRow, item: MessageRow, userId: string | null): boolean {
  return (
    before.message.kind === "text" &&
    item.message.kind === "text" &&
    before.message.direction === item.message.direction &&
    authorKey(before, userId) === authorKey(item, userId) &&
    Date.parse(item.message.createdAt) - Date.parse(before.message.createdAt) < GROUP_MS
  );
}

function authorKey({ state, message }: MessageRow, userId: string | null): string {
  return state === "accepted" ? `${message.author.kind} ${message.author.id}` : `user ${userId}`;
}
