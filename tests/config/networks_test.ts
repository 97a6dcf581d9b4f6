import { assertEquals } from "@std/assert";
import { networks } from "../../lib/config/kinds.ts";

Deno.test("networks are read from text and from lists, addresses and the word loopback among them", () => {
  const rows: [unknown, readonly string[]][] = [
    ["10.0.0.0/8", ["10.0.0.0/8"]],
    [" 10.0.0.1 , 2001:DB8::/32", ["10.0.0.1/32", "2001:db8::/32"]],
    ["::1", ["::1/128"]],
    ["loopback", ["127.0.0.0/8", "::1/128"]],
    [["Loopback", "192.168.0.0/16"], ["127.0.0.0/8", "::1/128", "192.168.0.0/16"]],
  ];
  for (const [raw, read] of rows) {
    assertEquals(networks.read(raw), read);
    assertEquals(networks.read(networks.show(read)), read);
  }
});

Deno.test("what is no network is refused, rather than taken for one that is wider or another", () => {
  const rows = [
    "",
    "all",
    "10.0.0.0/33",
    "::/129",
    "10.0.0.0/8/8",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10.1",
    "0x0a000001",
    "fe80::1%eth0",
    "proxy.example.org",
    "10.0.0.0/8,",
    [],
    ["10.0.0.0/8", 7],
    7,
    null,
  ];
  for (const raw of rows) assertEquals(networks.read(raw), undefined, String(raw));
});
