import ipaddr from "ipaddr.js";

/** Which addresses that are not public may be reached all the same. */
export type PrivateAddresses = "refuse" | "loopback" | "allow";

/** Azure's own service for the machines in it: public by its number, and answering from within. Source: Azure documentation, "What is IP address 168.63.129.16?", read on 2026-11-23. */
const SERVICES_WITHIN: ReadonlySet<string> = new Set(["168.63.129.16"]);

/**
 * Whether a connection to an IP address may be made for somebody else. Public is what the registries of IANA call global unicast;
 * IPv4 within IPv6 (mapped, NAT64 of RFC 6052) is judged by the IPv4 address. What is no IP address is not public.
 */
export function mayConnect(address: string, allowed: PrivateAddresses): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = embedded(ipaddr.parse(address));
  if (allowed === "allow") return true;
  if (parsed.range() === "loopback") return allowed === "loopback";
  if (parsed instanceof ipaddr.IPv4) return parsed.range() === "unicast" && !SERVICES_WITHIN.has(parsed.toString());
  // Beyond 2000::/3 nothing has been given out, and old forms such as ::127.0.0.1 lie there.
  return parsed.range() === "unicast" && ((parsed.parts[0] ?? 0) & 0xe000) === 0x2000;
}

/** The IPv4 address that an IPv6 address stands for. */
function embedded(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (address instanceof ipaddr.IPv4) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  const { parts } = address;
  const isNat64 = parts[0] === 0x64 && parts[1] === 0xff9b && parts.slice(2, 6).every((part) => part === 0);
  return isNat64 ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
}
