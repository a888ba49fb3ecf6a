/* How messages look: fetched while the messages themselves are. */
export { callButton } from "./call-button.ts";
export { messageStyles } from "./message.styles.ts";
export { rowView } from "./row.ts";
