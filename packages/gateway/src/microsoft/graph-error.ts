/** Graph said no; `code` is its own word for why, and `requestId` what Microsoft's support asks for. */
export class GraphRefused extends Error {
  override readonly name = "GraphRefused";
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;

  constructor(status: number, code: string, requestId: string | null) {
    super(`Graph answered ${status} (${code}).`);
    this.status = status;
    this.code = code;
    this.requestId = requestId;
  }
}

/** Graph could not be reached, asks for a pause, or was given up for a while. */
export class GraphUnavailable extends Error {
  override readonly name = "GraphUnavailable";
  readonly retryAfterMs: number | null;
  readonly requestId: string | null;

  constructor(
    message: string,
    {
      retryAfterMs = null,
      requestId = null,
      cause,
    }: { retryAfterMs?: number | null; requestId?: string | null; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.retryAfterMs = retryAfterMs;
    this.requestId = requestId;
  }
}
