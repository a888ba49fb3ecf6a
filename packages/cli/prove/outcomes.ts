import type { Message } from "@trunkline/protocol";
import type { Trunkline } from "@trunkline/sdk";

/* What a run has left behind, and how rigs count it. */

/** Every message of the tenant. */
export async function readAll(reader: Trunkline): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const { id } of reader.conversations.list({ limit: 200 })) {
    for await (const message of reader.messages.list(id, { limit: 200, order: "asc" })) messages.push(message);
  }
  return messages;
}

export function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

export function countBy<Key extends string>(keys: readonly Key[]): Partial<Record<Key, number>> {
  const counts: Partial<Record<Key, number>> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
