import type { SessionUser, User } from "@trunkline/protocol";
import type { UserChange } from "../users/store.ts";

/**
 * What the host application knows better about a user than we do, or null when nothing differs. Name and e-mail follow
 * the host. A Microsoft identity is taken only where there is none: a link is never moved by the way.
 */
export function refreshUser(user: User, given: SessionUser): UserChange | null {
  const change: UserChange = {
    ...(given.name === user.name ? {} : { name: given.name }),
    ...(given.email === undefined || given.email === user.email ? {} : { email: given.email }),
    ...(given.microsoft && user.microsoft === null ? { microsoft: given.microsoft } : {}),
  };
  return Object.keys(change).length === 0 ? null : change;
}
