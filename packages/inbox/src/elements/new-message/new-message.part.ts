/* The beginning of a conversation, for an inbox in which somebody wants to begin one. */
export { TrunklineNewMessage } from "./new-message.ts";
