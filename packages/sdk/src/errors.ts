import type { ErrorCode, Issue } from "@trunkline/protocol";

/** A code of the catalogue, or one that a newer gateway has and this version does not know. */
export type TrunklineErrorCode = ErrorCode | (string & Record<never, never>);

/** The facts of an error; all but the message may be absent. */
export interface TrunklineErrorFacts {
  message: string;
  /** HTTP status of the gateway's answer; absent when there was none. */
  status?: number | undefined;
  /** The gateway's id of the request, to be quoted when asking for help. */
  requestId?: string | undefined;
  /** The same call may succeed later without anybody changing anything. */
  retryable?: boolean | undefined;
  /** How long the gateway asked to wait. */
  retryAfterMs?: number | undefined;
  /** What is wrong with the request, field by field. */
  issues?: readonly Issue[] | undefined;
  /** The page that explains `code`. */
  docsUrl?: string | undefined;
  /** With `forbidden`: the roles that may do it. */
  allowedRoles?: readonly string[] | undefined;
  cause?: unknown;
}

/**
 * The one error that the SDK throws. Branch on `code`; show `message` to developers and `requestId` to support.
 *
 * @example
 * if (isTrunklineError(error) && error.code === "forbidden") tell(`Ask one of: ${error.allowedRoles.join(", ")}`);
 */
export class TrunklineError extends Error {
  override readonly name = "TrunklineError";
  readonly code: TrunklineErrorCode;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly issues: readonly Issue[];
  readonly docsUrl: string | null;
  readonly allowedRoles: readonly string[];

  constructor(code: TrunklineErrorCode, facts: TrunklineErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.status = facts.status ?? null;
    this.requestId = facts.requestId ?? null;
    this.retryable = facts.retryable ?? false;
    this.retryAfterMs = facts.retryAfterMs ?? null;
    this.issues = facts.issues ?? [];
    this.docsUrl = facts.docsUrl ?? null;
    this.allowedRoles = facts.allowedRoles ?? [];
  }
}

/**
 * Tells whether something thrown is a {@link TrunklineError}, also when it was made by another copy of this package or
 * in another frame, where `instanceof` says no.
 */
export function isTrunklineError(error: unknown): error is TrunklineError {
  return (
    typeof error === "object" &&
    error !== null &&
    (error as Partial<TrunklineError>).name === "TrunklineError" &&
    typeof (error as Partial<TrunklineError>).code === "string"
  );
}
