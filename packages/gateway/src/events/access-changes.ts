import type { AnyEvent } from "@trunkline/protocol";
import type { Principal } from "../rights/principal.ts";
import type { LogEntry } from "./reader.ts";

const TYPES: ReadonlySet<string> = new Set([
  "line.created",
  "line.updated",
  "line.removed",
  "user.updated",
  "session.revoked",
  "consent.changed",
]);

/**
 * Reads out of an event whose sight it may change, or null when it changes nobody's. A stream asks for its rights again
 * before it shows anything that comes later in the log. Saying yes too often costs a look-up, nothing more.
 */
export function accessChange({ type, body }: LogEntry): ((principal: Principal) => boolean) | null {
  if (!TYPES.has(type)) return null;
  const event = JSON.parse(body) as AnyEvent; // written by this gateway, from the type
  switch (event.type) {
    case "user.updated":
      return ({ user }) => user?.id === event.data.id;
    case "session.revoked":
      return ({ id }) => id === event.data.id;
    case "consent.changed":
      return event.data.userId === null ? ({ kind }) => kind === "entra" : null;
    case "line.created":
    case "line.updated": {
      const { id, assignees, groups } = event.data;
      // Who is in a group is not in the event; `groups` itself is not in those of older gateways.
      const mayBeSeen = (groups ?? []).length > 0;
      return ({ user, sight: { lineIds } }) =>
        user !== null &&
        lineIds !== "all" &&
        (lineIds.has(id) ? !assignees.includes(user.id) : mayBeSeen || assignees.includes(user.id));
    }
    case "line.removed":
      return ({ sight: { lineIds } }) => lineIds !== "all" && lineIds.has(event.data.id);
    default:
      return null;
  }
}
