import type { EventType, Permission, StreamEventType } from "@trunkline/protocol";
import type { Principal } from "../rights/principal.ts";
import { type Audience, sees } from "../rights/sight.ts";

/** What a reader of an event must be allowed to read; `null` where the audience alone decides. */
const NEEDED: Readonly<Record<StreamEventType, Permission | null>> = {
  "message.created": "conversations.read",
  "message.updated": "conversations.read",
  "message.removed": "conversations.read",
  "conversation.created": "conversations.read",
  "conversation.updated": "conversations.read",
  "conversation.removed": "conversations.read",
  "conversation.read": "conversations.read",
  "conversation.typing": "conversations.read",
  "conversation.viewing": "conversations.read",
  "mention.created": "conversations.read",
  "line.created": "lines.read",
  "line.updated": "lines.read",
  "line.removed": "lines.read",
  "carrier_account.updated": "carrier_accounts.read",
  "user.updated": "users.read",
  "opt_in.changed": "opt_ins.read",
  "broadcast.updated": "broadcasts.read",
  "consent.changed": null,
  "credential.expiring": "tenant.write",
  "session.revoked": null,
  "webhook.disabled": "webhooks.read",
};

/** The right that reading the subject of such an event needs; null where the audience alone decides. */
export const permissionFor = (type: EventType): Permission | null => NEEDED[type];

/** Whether a principal may see an event: the same right that reading its subject needs, and the same sight. */
export function maySee({ permissions, sight }: Principal, type: StreamEventType, audience: Audience): boolean {
  const needed = NEEDED[type];
  return (needed === null || permissions.has(needed)) && sees(sight, audience);
}

/** Which events a reader asked for. */
export type TypeFilter = (type: StreamEventType) => boolean;

/** Reads `types` of the query: names and `noun.*`, separated by commas. All events when it is absent or empty. */
export function typeFilter(types: string | undefined): TypeFilter {
  const names = (types ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.length === 0) return () => true;
  const exact = new Set(names);
  const nouns = new Set(names.filter((name) => name.endsWith(".*")).map((name) => name.slice(0, -1)));
  return (type) => exact.has(type) || nouns.has(type.slice(0, type.indexOf(".") + 1));
}

/** Whether two principals see the same; when not, what a stream has shown may be too much or too little. */
export function seeTheSame(a: Principal, b: Principal): boolean {
  return (
    sameSet(a.permissions, b.permissions) &&
    (a.sight.lineIds === "all" || b.sight.lineIds === "all"
      ? a.sight.lineIds === b.sight.lineIds
      : sameSet(a.sight.lineIds, b.sight.lineIds)) &&
    a.sight.assignedTo === b.sight.assignedTo &&
    a.sight.userId === b.sight.userId &&
    JSON.stringify(a.sight.records) === JSON.stringify(b.sight.records)
  );
}

function sameSet<Item>(a: ReadonlySet<Item>, b: ReadonlySet<Item>): boolean {
  return a.size === b.size && [...a].every((item) => b.has(item));
}
