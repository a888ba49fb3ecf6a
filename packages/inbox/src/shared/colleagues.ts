import type { Live, Trunkline, User } from "@trunkline/sdk";

const KNOWN = new WeakMap<Trunkline, Live<User>>();

/** Everybody who works here, by name: one live list for all elements of a client. */
export function colleaguesOf(client: Trunkline): Live<User> {
  const known = KNOWN.get(client) ?? client.users.live();
  KNOWN.set(client, known);
  return known;
}
