/* How messages look: fetched while the messages themselves are. */
export { messageStyles } from "./message.styles.ts";
export { rowView } from "./row.ts";
