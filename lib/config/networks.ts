import ipaddr from "ipaddr.js";
import type { Kind } from "./kinds.ts";

/** The word for this machine's own addresses, and what it stands for. */
const loopback = ["127.0.0.0/8", "::1/128"];

function readNetwork(raw: unknown): readonly string[] {
  const text = typeof raw === "string" ? raw.trim().toLowerCase() : "";
  if (text === "loopback") return loopback;
  const [address = "", bits, ...more] = text.split("/");
  const isPlain = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
  if (!isPlain || address.includes("%") || more.length > 0) return [];
  const width = 8 * ipaddr.parse(address).toByteArray().length;
  if (bits === undefined) return [`${address}/${width}`];
  return /^\d{1,3}$/.test(bits) && Number(bits) <= width ? [text] : [];
}

/** Networks in CIDR notation: a comma between addresses and networks in text, a list in YAML. */
export const networks: Kind<readonly string[]> = {
  allowed: "addresses or networks such as loopback,10.0.0.0/8,2001:db8::/32",
  placeholder: "NETWORKS",
  read(raw) {
    const items: unknown[] = typeof raw === "string"
      ? raw.split(",")
      : Array.isArray(raw)
      ? raw
      : [undefined];
    const read = items.map(readNetwork);
    return read.length > 0 && read.every((item) => item.length > 0) ? Object.freeze(read.flat()) : undefined;
  },
  show: (value) => value.join(","),
};
