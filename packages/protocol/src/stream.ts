/*
 * Frames of the stream that are not events of the log. They tell the reader about the stream itself.
 */

/** First frame of every stream: where it stands. Its SSE id is the cursor to resume from. */
export const STREAM_READY = "stream.ready";
/**
 * Once in a stream: all that was committed before the stream was asked for has been told, what the reader may see of it.
 * What follows has happened since.
 */
export const STREAM_CAUGHT_UP = "stream.caught_up";
/** What the reader holds may be stale: the cursor is too old, or what it may see has changed. Read again, then go on. */
export const STREAM_RESET = "stream.reset";
/** The stream ends for a reason that a new connection alone does not cure, such as a token that has expired. */
export const STREAM_END = "stream.end";

export interface StreamReady {
  /** Where reading goes on; also the SSE id of this frame. */
  cursor: string;
  /** Milliseconds between the comments that keep the stream alive. */
  heartbeatMs: number;
}
export interface StreamCaughtUp {
  /** Where reading goes on; also the SSE id of this frame. */
  cursor: string;
}
export type StreamResetReason = "cursor_too_old" | "cursor_unknown" | "access_changed" | "too_slow";
export interface StreamReset {
  reason: StreamResetReason;
}
export interface StreamEnd {
  reason: "token_expired" | "session_revoked" | "suspended" | "shutdown";
}

/** A comment goes out at least this often, in milliseconds. */
export const HEARTBEAT_MS = 15_000;
