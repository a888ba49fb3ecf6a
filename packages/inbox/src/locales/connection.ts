import type { Phrase } from "./en.ts";
import type { Localizer, Values } from "./localizer.ts";

/** Words about the connection, in English. Apart from `en`: they come with what is fetched after the first picture. */
const connection = {
  "connection.reconnecting": "Reconnecting…",
  "connection.connecting": "Connecting…",
  "connection.none": "No live updates. Trying again.",
  "connection.none-waiting": "No live updates. Trying again {when}.",
  "connection.lost": "Connection lost. Trying again.",
  "connection.waiting": "Connection lost. Trying again {when}.",
  "connection.offline": "You're offline. Texts are sent when the connection is back.",
  "connection.now": "Try now",
} as const satisfies Record<string, Phrase>;

type ConnectionKey = keyof typeof connection;

/** The phrase with its values in place, as `Localizer.t` does it. */
export function sayConnection(words: Localizer, key: ConnectionKey, values?: Values): string {
  return words.fill(connection[key], values);
}
