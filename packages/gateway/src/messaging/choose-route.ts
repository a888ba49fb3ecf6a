import type { SealedAccount } from "../carrier-accounts/access.ts";
import type { CarrierMoods } from "../carriers/moods.ts";
import type { LockedText } from "./outbound-store.ts";

export interface RouteState {
  readonly text: Pick<LockedText, "account" | "message">;
  /** The accounts of its line, the line's own first. */
  readonly routes: readonly SealedAccount[];
  /** Whether the account that it has may have taken it. */
  readonly mayBeTaken: boolean;
}

export type Route =
  /** Null when the account is gone. */
  { readonly kind: "go"; readonly account: SealedAccount | null } | { readonly kind: "wait"; readonly until: number };

/**
 * Which account a text leaves through. One that may have been taken stays where it is, whatever happens there. Any other
 * leaves an account that its line no longer has, and one whose carrier is away while the line's other one is not. For an
 * account that is only busy it waits: its carrier works.
 */
export function chooseRoute(
  { text: { account, message }, routes, mayBeTaken }: RouteState,
  moods: Pick<CarrierMoods, "ask" | "isAway">,
): Route {
  const [own = null] = routes;
  const present = mayBeTaken || routes.some(({ id }) => id === account?.id) ? account : own;
  if (present === null) return { kind: "go", account: null };
  const passage = moods.ask(present.id, message.id);
  if (passage.kind === "go") return { kind: "go", account: present };
  if (mayBeTaken || !moods.isAway(present.id)) return passage;
  const other = routes.find(({ id }) => id !== present.id);
  const goes = other !== undefined && moods.ask(other.id, message.id).kind === "go";
  return goes ? { kind: "go", account: other } : passage;
}
