/** What every call takes as its last argument. */
export interface CallOptions {
  /** Gives the call up; its promise rejects with code `aborted`. */
  signal?: AbortSignal | undefined;
  /** Total time for the call with all its retries, in milliseconds; then it rejects with code `timeout`. @default 30_000 */
  timeoutMs?: number | undefined;
}

/**
 * What calls take that create something. The same key within 24 hours gives the same answer and creates once.
 * Without one the SDK makes a key for each call, so that its own retries are safe.
 */
export interface KeyedCallOptions extends CallOptions {
  /** At most 255 characters; the id of the job that causes the call is a good one. */
  idempotencyKey?: string | undefined;
}
