import { ERROR_CODES, type ErrorCode, type Issue, type Role } from "@trunkline/protocol";

export interface RefusalFacts {
  /** One sentence for the person who reads the answer: what is wrong here, and what to do. */
  detail?: string;
  issues?: readonly Issue[];
  /** With `forbidden`: the roles that may do it. */
  allowedRoles?: readonly Role[];
  /** With `rate_limited` and `unavailable`: when to come back. */
  retryAfterSeconds?: number;
  /** Headers that go with this answer alone. */
  headers?: Readonly<Record<string, string>>;
  cause?: unknown;
}

/**
 * Thrown by whoever cannot do what a request asks; the router answers with the problem of that code. Nothing of a
 * request that ends so is stored, because its transaction rolls back.
 */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: string | undefined;
  readonly issues: readonly Issue[] | undefined;
  readonly allowedRoles: readonly Role[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    { detail, issues, allowedRoles, retryAfterSeconds, headers = {}, cause }: RefusalFacts = {},
  ) {
    const { status, title } = ERROR_CODES[code];
    super(detail ?? title, cause === undefined ? undefined : { cause });
    if (status === null) throw new TypeError(`${code} never answers a request`);
    this.code = code;
    this.status = status;
    this.detail = detail;
    this.issues = issues;
    this.allowedRoles = allowedRoles;
    this.retryAfterSeconds = retryAfterSeconds;
    this.headers = headers;
  }
}

/** What is missing and what belongs to another tenant answer the same. */
export const notFound = (): Refusal => new Refusal("not_found");

/** A field of the body, or a parameter, that the schema accepts and the rules do not. */
export function invalid(path: Issue["path"], message: string, code: ErrorCode = "invalid_input"): Refusal {
  return new Refusal(code, { issues: [{ path, message }] });
}
