import type { Consent } from "@trunkline/sdk";

/** What the element offers to do: go to Microsoft, again or for the first time; ask an administrator; or nothing but waiting. */
export type ConsentAction = "connect" | "reconnect" | "ask_admin" | "wait" | "none";

const FOR_ADMINS: ReadonlySet<string> = new Set(["ask_admin", "ask_admin_as_guest", "check_tenant"]);

/** The one thing that helps most. Codes that a newer gateway sends are judged by who takes the step. */
export function consentAction({
  state,
  next,
  connection,
}: Pick<Consent, "state" | "next" | "connection">): ConsentAction {
  if (state === "granted") return "none";
  if (FOR_ADMINS.has(next.code)) return "ask_admin";
  if (next.who !== "user") return "wait";
  const isFirst = connection === null && (state === "can_grant" || state === "declined");
  return isFirst ? "connect" : "reconnect";
}

/** How many features work, and how many do not. */
export function countFeatures({ features }: Pick<Consent, "features">): { working: number; waiting: number } {
  const working = features.filter(({ state }) => state === "granted").length;
  return { working, waiting: features.length - working };
}
