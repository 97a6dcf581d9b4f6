import fc from "fast-check";
import { assertEquals, assertThrows } from "@std/assert";
import { LayoutError } from "../../lib/chain/scale.ts";
import { bytesOf, ScaleReader, shortListHex, u16Hex } from "../../lib/chain/scale.ts";

const reader = (hex: string) => new ScaleReader(bytesOf(hex));

Deno.test("compact numbers of every size are read as the chain's specification writes them", () => {
  const cases: readonly (readonly [string, bigint])[] = [
    ["0x00", 0n],
    ["0xfc", 63n],
    ["0x0101", 64n],
    ["0xfdff", 16_383n],
    ["0x02000100", 16_384n],
    ["0xfeffffff", 2n ** 30n - 1n],
    ["0x0300000040", 2n ** 30n],
    ["0x13ffffffffffffffff", 2n ** 64n - 1n],
  ];
  for (const [hex, value] of cases) {
    const compact = reader(hex);
    assertEquals(compact.compact(), value);
    compact.end();
  }
});

Deno.test("numbers are written with the lowest byte first", () => {
  assertEquals([u16Hex(300), u16Hex(7), shortListHex([52, 57, 69])], ["2c01", "0700", "0c340039004500"]);
  assertEquals(reader("0x2c01").u16(), 300);
});

Deno.test("what is cut short, too long or too many is a fault of the layout", () => {
  assertThrows(() => reader("0x01").u16(), LayoutError, "expected 2 bytes more, found 1");
  assertThrows(() => reader("0x02").bool(), LayoutError, "expected 0 or 1");
  assertThrows(() => reader("0x14").list(4, () => 0), LayoutError, "expected at most 4 items, found 5");
  assertThrows(() => bytesOf("0x0"), LayoutError);
  assertThrows(() => bytesOf("00"), LayoutError);
});

Deno.test("no bytes make the reader do anything but read or find a fault", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    const any = new ScaleReader(bytes);
    try {
      for (;;) {
        any.list(64, () => any.compact());
        any.take(Number(any.compact()));
        any.isThere();
      }
    } catch (error) {
      return error instanceof LayoutError;
    }
  }));
});
