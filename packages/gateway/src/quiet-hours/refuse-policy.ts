import type { Issue, LineQuietHours } from "@trunkline/protocol";
import { Refusal } from "../http/refusal.ts";
import { checkQuietHours } from "./quiet-hours.ts";

/**
 * Refuses quiet hours that cannot be kept, above all those that leave no moment at which a text may go.
 *
 * @param field - where they stand in the request
 * @throws Refusal invalid_input
 */
export function refuseUnfitQuietHours(quietHours: LineQuietHours | undefined, field: Issue["path"]): void {
  if (quietHours === undefined || quietHours === null || quietHours === "none") return;
  const issues = checkQuietHours(quietHours).map(({ path, message }) => ({
    path: [...field, ...(path === "" ? [] : path.split("."))],
    message,
  }));
  if (issues.length > 0) throw new Refusal("invalid_input", { issues });
}
