import type { RandomBytes } from "@trunkline/gateway";
import type { Fault } from "./faults.ts";
import { newGuid } from "./guid.ts";

/**
 * What Entra ID answers while it is out of order. Source: "Microsoft Entra authentication and authorization error codes"
 * (90033 MsodsServiceUnavailable, 90055 TenantThrottlingError); the texts are our own.
 */
export function entraFault(fault: Fault, random: RandomBytes, now: number): Response {
  if (fault.status === null) return Response.error();
  const [number, text] =
    fault.status === 429 ? [90055, "There are too many requests."] : [90033, "A transient error has occurred."];
  const body = {
    error: fault.code ?? "temporarily_unavailable",
    error_description: `AADSTS${number}: ${text} Please try again.`,
    error_codes: [number],
    timestamp: `${new Date(now).toISOString().slice(0, 19).replace("T", " ")}Z`,
    trace_id: newGuid(random),
    correlation_id: newGuid(random),
  };
  const { status, retryAfterSeconds } = fault;
  const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  return Response.json(body, { status, headers: { "cache-control": "no-store", ...headers } });
}
