import type { CarrierAccount } from "./entries.ts";

/** One of an account's secrets by its name. */
export function secretOf({ id, secrets }: CarrierAccount, name: string): string {
  const secret = secrets[name];
  if (secret === undefined) throw new TypeError(`the account ${id} has no ${name}`);
  return secret;
}
