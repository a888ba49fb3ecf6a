import { ERROR_CODES, HEADERS, PROBLEM_PATH, type Problem } from "@trunkline/protocol";
import type { Logger } from "../logger.ts";
import { StoreUnavailable, sqlState } from "../store/engine.ts";
import { Refusal } from "./refusal.ts";

/** When a client comes back after the store could not be reached, in seconds. */
const UNAVAILABLE_RETRY_SECONDS = 2;

/** An error as the outside world learns of it: `application/problem+json` (RFC 9457), without anything internal. */
export function toProblem(error: unknown, requestId: string, logger: Logger): Response {
  const refusal = toRefusal(error, requestId, logger);
  const { code, status, detail, issues, allowedRoles, retryAfterSeconds } = refusal;
  const problem: Problem = {
    type: `${PROBLEM_PATH}${code}`,
    title: ERROR_CODES[code].title,
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
    requestId,
    ...(issues === undefined ? {} : { issues: [...issues] }),
    ...(allowedRoles === undefined ? {} : { allowedRoles: [...allowedRoles] }),
  };
  const headers = new Headers({ "content-type": "application/problem+json", ...refusal.headers });
  if (retryAfterSeconds !== undefined) headers.set(HEADERS.retryAfter, String(retryAfterSeconds));
  if (status === 401) headers.set("www-authenticate", "Bearer");
  return new Response(JSON.stringify(problem), { status, headers });
}

function toRefusal(error: unknown, requestId: string, logger: Logger): Refusal {
  if (error instanceof Refusal) return error;
  if (isUnavailable(error)) {
    logger.warn({ error, requestId }, "the store could not be reached");
    return new Refusal("unavailable", { retryAfterSeconds: UNAVAILABLE_RETRY_SECONDS });
  }
  logger.error({ error, requestId }, "a request failed");
  return new Refusal("internal_error");
}

// Class 08: connection; 53: out of connections, memory or disk; 57: shut down, crashed, or cancelled by a time limit;
// 58: the machine beneath. Source: PostgreSQL 15 documentation, appendix A.
const PASSING = /^(08|53|57|58)/;

function isUnavailable(error: unknown): boolean {
  return error instanceof StoreUnavailable || PASSING.test(sqlState(error) ?? "");
}
