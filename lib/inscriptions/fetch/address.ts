import ipaddr from "ipaddr.js";

/** The globally routed part of IPv6 (RFC 4291, section 2.4): mapped, compatible and translated addresses lie outside. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Whether an IP address belongs to a host on the public Internet: not to this machine or its networks, not to a
 * provider's metadata service, and not to an address that carries another one within (IPv4-mapped, NAT64, 6to4, Teredo).
 */
export function isPublicAddress(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address).range() === "unicast";
  if (!ipaddr.IPv6.isValid(address)) return false;
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.range() === "unicast" && parsed.match(globalUnicast);
}
