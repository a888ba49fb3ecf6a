/*
 * The words of the wire that weigh next to nothing: constants and pure functions without a schema library. Browsers import
 * these at run time; of the main entry they take types alone.
 */

export { HEADERS, MAX_IDEMPOTENCY_KEY } from "./headers.ts";
export { isFinalStatus, MESSAGE_STATUSES, type MessageStatus, mergeStatus, waitsUntil } from "./message-status.ts";
export { type CanonicalNumber, callingCode, displayNumber, isE164, isSenderId, isShortCode } from "./numbers.ts";
export { segmentBounds } from "./segment-bounds.ts";
export { replaceLookAlikes, segments } from "./segments.ts";
export { HEARTBEAT_MS, STREAM_CAUGHT_UP, STREAM_END, STREAM_READY, STREAM_RESET } from "./stream.ts";
export { escapeTemplate, parseTemplate, renderTemplate, templateVariables } from "./template.ts";
