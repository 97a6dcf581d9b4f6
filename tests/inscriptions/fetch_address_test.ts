import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as fc from "fast-check";
import { isPublicAddress, systemResolve } from "../../lib/inscriptions/fetch/target.ts";
import { InscriptionError } from "../../lib/inscriptions/mod.ts";
import { fetchFile, type FetchOptions } from "../../lib/inscriptions/fetch/fetch_file.ts";

const forbidden = [
  "0.0.0.0",
  "0.1.2.3",
  "10.0.0.1",
  "100.64.0.1",
  "100.127.255.255",
  "127.0.0.1",
  "127.8.8.8",
  "169.254.0.1",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.1",
  "192.0.2.1",
  "192.88.99.1",
  "192.168.1.1",
  "198.18.0.1",
  "198.51.100.7",
  "203.0.113.9",
  "224.0.0.1",
  "239.255.255.255",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::10.0.0.1",
  "::ffff:10.0.0.1",
  "::ffff:8.8.8.8",
  "::ffff:0:10.0.0.1",
  "64:ff9b::10.0.0.1",
  "64:ff9b:1::1",
  "100::1",
  "2001::1",
  "2001:db8::1",
  "2001:10::1",
  "2002:7f00:1::",
  "2002:a00:1::1",
  "3fff::1",
  "5f00::1",
  "fc00::1",
  "fd00:ec2::254",
  "fdff::1",
  "fe80::1",
  "fec0::1",
  "ff02::1",
  "4000::1",
];
const allowed = [
  "1.1.1.1",
  "8.8.8.8",
  "93.184.216.34",
  "172.15.0.1",
  "172.32.0.1",
  "192.167.0.1",
  "100.63.0.1",
  "2606:4700::1111",
  "2a00:1450:4001:81b::200e",
];

/** A fetch that may not connect to anything. */
function barred(
  resolve: FetchOptions["resolve"] = () => Promise.reject(new Error("no name is resolved here")),
) {
  const connected: string[] = [];
  const options: Partial<FetchOptions> = {
    resolve,
    connect(target) {
      connected.push(target.address);
      return Promise.reject(new Deno.errors.ConnectionRefused("closed"));
    },
  };
  return { options, connected };
}

async function refusal(url: string, options: Partial<FetchOptions>): Promise<InscriptionError> {
  return await assertRejects(
    () => fetchFile(new URL(url), () => Promise.resolve(), options),
    InscriptionError,
  );
}

Deno.test("addresses that are not on the public Internet are told from those that are", () => {
  for (const address of forbidden) assert(!isPublicAddress(address), address);
  for (const address of allowed) assert(isPublicAddress(address), address);
  for (const nonsense of ["", "localhost", "1.2.3", "1.2.3.4.5", "[::1]", "::g"]) {
    assert(!isPublicAddress(nonsense));
  }
});

Deno.test("no address within a private network passes, however it is carried in another", () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const inside = fc.oneof(
    fc.tuple(fc.constant(10), octet, octet, octet),
    fc.tuple(fc.constant(127), octet, octet, octet),
    fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
    fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
    fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
    fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
  );
  fc.assert(fc.property(inside, ([a, b, c, d]) => {
    const hex = [a, b, c, d].map((part) => part.toString(16).padStart(2, "0")).join("");
    const groups = `${hex.slice(0, 4)}:${hex.slice(4)}`;
    for (
      const form of [
        `${a}.${b}.${c}.${d}`,
        `::ffff:${groups}`,
        `::${groups}`,
        `64:ff9b::${groups}`,
        `2002:${groups}::1`,
      ]
    ) {
      assert(!isPublicAddress(form), form);
    }
  }));
});

Deno.test("such an address is refused in a URL, in every spelling of it", async () => {
  const literals = forbidden.map((address) => address.includes(":") ? `[${address}]` : address);
  const spellings = [
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "127.1",
    "127.0.1",
    "0",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "%31%32%37.0.0.1",
    "127.0.0.1.",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:0:0:1]",
  ];
  for (const host of [...literals, ...spellings]) {
    for (const scheme of ["http", "https"]) {
      const { options, connected } = barred();
      const { code } = await refusal(`${scheme}://${host}/latest/meta-data`, options);
      assertEquals([code, connected], ["url_refused", []], host);
    }
  }
});

Deno.test("a name is refused when any of its addresses is not public", async () => {
  for (const address of forbidden) {
    for (const answer of [[address], ["93.184.216.34", address], [address, "2606:4700::1111"]]) {
      const { options, connected } = barred(() => Promise.resolve(answer));
      const { code, message } = await refusal("http://innocent.example/", options);
      assertEquals([code, connected], ["url_refused", []], address);
      assertStringIncludes(message, "innocent.example is not an address on the public Internet");
    }
  }
});

Deno.test("localhost is refused by the system's own resolver too", async () => {
  for (const host of ["localhost", "LOCALHOST", "localhost."]) {
    const { options, connected } = barred(systemResolve);
    const { code } = await refusal(`http://${host}:1/`, options);
    assert(["url_refused", "fetch_failed"].includes(code));
    assertEquals(connected, []);
  }
});

Deno.test("the connection goes to the address that was checked, though the name says another one a moment later", async () => {
  let asked = 0;
  const { options, connected } = barred(() =>
    Promise.resolve([asked++ === 0 ? "93.184.216.34" : "127.0.0.1"])
  );
  const { code } = await refusal("http://rebinding.example/", options);
  assertEquals([code, connected, asked], ["fetch_failed", ["93.184.216.34"], 1]);
});

Deno.test("a name without an address fails as such", async () => {
  for (const resolve of [() => Promise.reject(new Error("NXDOMAIN")), () => Promise.resolve([])]) {
    const { message } = await refusal("http://nowhere.example/", barred(resolve).options);
    assertEquals(message, "Cannot fetch file: nowhere.example has no address");
  }
});
