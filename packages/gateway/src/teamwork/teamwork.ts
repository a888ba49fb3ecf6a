import type { Handlers } from "../http/route.ts";
import { type AnyWorkKind, workKind } from "../work/kind.ts";
import { autoCloseKind } from "./auto-close.ts";
import { type TeamworkOperation, type TeamworkRouteParts, teamworkRoutes } from "./routes.ts";
import { createSignals } from "./signals.ts";
import { snoozeKind } from "./snooze-kind.ts";

/** How several people share conversations: the routes, and what happens by itself when a time has come. */
export interface Teamwork {
  readonly routes: Handlers<TeamworkOperation>;
  readonly kinds: readonly AnyWorkKind[];
}

export function createTeamwork(parts: Omit<TeamworkRouteParts, "signals">): Teamwork {
  const signals = createSignals(parts);
  return {
    routes: teamworkRoutes({ ...parts, signals }),
    kinds: [workKind(snoozeKind(parts)), workKind(autoCloseKind(parts))],
  };
}
