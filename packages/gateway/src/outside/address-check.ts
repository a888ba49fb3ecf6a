import { mayConnect, type PrivateAddresses } from "./public-address.ts";

/**
 * Says what is wrong with an address that somebody gave, or null. It judges by what is written alone: a name may lead anywhere,
 * and at another time elsewhere, so that whoever connects must look again. The URL parser has made `0x7f.1` and `2130706433`
 * the addresses that they are.
 *
 * @param schemes - `web` also takes plain HTTP to whatever address
 */
export function refuseAddress(
  text: string,
  allowed: PrivateAddresses,
  schemes: "https" | "web" = "https",
): string | null {
  if (!URL.canParse(text)) return "must be an address";
  const { protocol, hostname, username, password, hash } = new URL(text);
  if (protocol !== "https:" && protocol !== "http:") return "must be an https address";
  if (username !== "" || password !== "") return "must not hold a user name or a password";
  if (schemes === "https" && hash !== "") return "must not end in a #fragment, which is never sent";
  const host = hostname.replace(/\.+$/, "").toLowerCase();
  const literal = host.startsWith("[") ? host.slice(1, -1) : /^[\d.]+$/.test(host) ? host : null;
  const isLocal = host === "localhost" || host.endsWith(".localhost") || host === "";
  const isLoopback = isLocal || (literal !== null && mayConnect(literal, "loopback") && !mayConnect(literal, "refuse"));
  if (isLocal ? allowed === "refuse" : literal !== null && !mayConnect(literal, allowed)) {
    return "must be an address of the public internet";
  }
  const isPlainAllowed = schemes === "web" || allowed === "allow" || (allowed === "loopback" && isLoopback);
  return protocol === "https:" || isPlainAllowed ? null : "must be an https address";
}

/** The code of an error for a connection that was not made because its address is not public. */
export const ADDRESS_REFUSED = "ERR_ADDRESS_REFUSED";

/** Whether an error, or what caused it, is that an address is not public. */
export function isAddressRefused(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if ("code" in cause && cause.code === ADDRESS_REFUSED) return true;
  }
  return false;
}
