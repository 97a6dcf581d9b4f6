import { assertEquals } from "@std/assert";
import { AddressCounts, addressGroup } from "../../lib/hub/mod.ts";

Deno.test("addressGroup() takes an IPv6 network of 64 bits for one, an IPv4 address for itself", () => {
  const rows: [string, string][] = [
    ["127.0.0.1", "127.0.0.1"],
    ["::ffff:203.0.113.1", "203.0.113.1"],
    ["2a00:1450:1:2::1", "2a00:1450:1:2::/64"],
    ["2A00:1450:1:2:ffff:ffff:ffff:ffff", "2a00:1450:1:2::/64"],
    ["::1", "0:0:0:0::/64"],
    ["local", "local"],
    ["no:address", "no:address"],
  ];
  for (const [address, group] of rows) assertEquals(addressGroup(address), group);
});

Deno.test("AddressCounts counts the addresses of one network together", () => {
  const counts = new AddressCounts();
  counts.add("2a00:1450:1:2::1", 1);
  counts.add("2a00:1450:1:2::2", 1);
  assertEquals([counts.of("2a00:1450:1:2::3"), counts.of("2a00:1450:1:3::1")], [2, 0]);
  counts.add("2a00:1450:1:2::1", -1);
  assertEquals(counts.of("2a00:1450:1:2::2"), 1);
});
