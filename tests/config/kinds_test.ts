import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { boolean, integer, oneOf, origins, positive, size, text } from "../../lib/config/kinds.ts";

function table(
  name: string,
  read: (raw: unknown) => unknown,
  rows: readonly (readonly [unknown, unknown])[],
): void {
  Deno.test(name, () => {
    for (const [raw, expected] of rows) assertEquals(read(raw), expected, `from ${JSON.stringify(raw)}`);
  });
}

table(
  "integer() takes whole numbers in range, from text or YAML, with their unit or without",
  integer(0, 100, "ms").read,
  [
    [7, 7],
    ["7", 7],
    [" 7 ms ", 7],
    ["7ms", 7],
    ["100", 100],
    ["101", undefined],
    ["-1", undefined],
    ["1.5", undefined],
    ["1e1", undefined],
    ["0x10", undefined],
    ["7s", undefined],
    ["", undefined],
    [NaN, undefined],
    [true, undefined],
    [[7], undefined],
  ],
);

table(
  "positive() takes fractions but not zero, and nothing that a timer cannot hold",
  positive(60, "s").read,
  [
    ["0.5", 0.5],
    ["60 s", 60],
    ["0", undefined],
    ["60.1", undefined],
    [Infinity, undefined],
  ],
);

table("size() takes bytes with decimal and binary units", size(2 ** 30).read, [
  ["1048576", 1_048_576],
  ["1MiB", 1_048_576],
  ["512KiB", 524_288],
  ["512 kib", 524_288],
  ["1.5KiB", 1536],
  ["1MB", 1_000_000],
  ["1GiB", 2 ** 30],
  [2048, 2048],
  ["0", undefined],
  ["2GiB", undefined],
  ["0.3B", undefined],
  ["1M", undefined],
  ["1.2.3KiB", undefined],
  ["MiB", undefined],
  [null, undefined],
]);

table("boolean takes Python's words, YAML's, and 1 or 0", boolean.read, [
  ["True", true],
  ["False", false],
  ["true", true],
  ["FALSE", false],
  ["1", true],
  [0, false],
  [true, true],
  ["yes", undefined],
  ["", undefined],
  [[true], undefined],
  [null, undefined],
]);

table("oneOf() takes its words in any case", oneOf("INFO", "reject").read, [
  ["info", "INFO"],
  ["Reject", "reject"],
  ["warn", undefined],
  [1, undefined],
]);

table("text() takes one line", text("a path").read, [
  ["data/x.db", "data/x.db"],
  ["", undefined],
  ["a\nb", undefined],
  ["a\u001b[2J", undefined],
  [12, undefined],
]);

table("origins takes all, or origins as browsers write them", origins.read, [
  ["all", "all"],
  ["All", "all"],
  ["https://a.example", ["https://a.example"]],
  ["HTTPS://A.example:443, http://b.example:8080", ["https://a.example", "http://b.example:8080"]],
  [["tauri://localhost"], ["tauri://localhost"]],
  ["https://a.example/path", undefined],
  ["https://user@a.example", undefined],
  ["a.example", undefined],
  ["", undefined],
  [[], undefined],
  [[1], undefined],
]);

Deno.test("size() reads back what it shows", () => {
  const kind = size(2 ** 40);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (bytes) => kind.read(kind.show(bytes)) === bytes),
  );
});
