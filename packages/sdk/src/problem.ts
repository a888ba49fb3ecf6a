import type { Problem } from "@trunkline/protocol";
import { HEADERS } from "@trunkline/protocol/vocabulary";
import { TrunklineError } from "./errors.ts";

/** Makes an error of an answer that was not a success. `url`, because answers of an in-process gateway have none. */
export async function problemError(response: Response, url: string): Promise<TrunklineError> {
  const body: unknown = await response.json().catch(() => null); // a proxy's page is no problem document, and that is fine
  const { status } = response;
  const problem: Partial<Problem> = typeof body === "object" && body !== null ? body : {};
  const [first] = problem.issues ?? [];
  // The code's title says only what kind of mistake it is.
  const text =
    problem.detail ?? (first ? `${problem.title}: \`${first.path.join(".")}\` ${first.message}` : problem.title);
  return new TrunklineError(problem.code ?? codeOfStatus(status), {
    message: text ?? `The gateway answered ${status} without saying why.`,
    status,
    requestId: problem.requestId ?? response.headers.get(HEADERS.requestId) ?? undefined,
    retryable: status === 408 || status === 429 || status >= 500,
    retryAfterMs: retryAfterMs(response),
    issues: problem.issues,
    allowedRoles: problem.allowedRoles,
    docsUrl: problem.type && URL.canParse(problem.type, url) ? new URL(problem.type, url).href : undefined,
  });
}

/** What `Retry-After` asks for: seconds or a date. Undefined when it says nothing. */
function retryAfterMs(response: Response): number | undefined {
  const header = response.headers.get(HEADERS.retryAfter);
  if (header === null) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
  // The answer's own date, because the page's clock may be wrong.
  const waitMs = Date.parse(header) - Date.parse(response.headers.get("Date") ?? "");
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined;
}

// For answers that something in front of the gateway gave.
function codeOfStatus(status: number): string {
  if (status === 401) return "token_refused";
  if (status === 403) return "forbidden";
  if (status === 404) return "not_found";
  if (status === 429) return "rate_limited";
  return status >= 500 ? "unavailable" : "invalid_input";
}
