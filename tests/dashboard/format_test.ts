import { assertEquals, assertMatch } from "@std/assert";
import {
  formatAmount,
  formatBandwidth,
  formatChange,
  formatCount,
  formatDuration,
  formatLatency,
  formatRate,
  formatSeconds,
  formatShare,
  formatShort,
  formatTick,
  formatTime,
  shorten,
} from "../../lib/dashboard/model/format.ts";

const text = ({ value, unit }: { value: string; unit: string }) => `${value} ${unit}`;

Deno.test("bandwidth is written with three digits in the unit that fits, also where rounding reaches the next one", () => {
  const written = [0, 12.4, 999, 1000, 1_024_000, 999_960, 512_000, 3.2e9, 5e15].map(formatBandwidth).map(
    text,
  );
  assertEquals(
    written,
    [
      "0 B/s",
      "12 B/s",
      "999 B/s",
      "1.00 KB/s",
      "1.02 MB/s",
      "1.00 MB/s",
      "512 KB/s",
      "3.20 GB/s",
      "5,000 TB/s",
    ],
  );
});

Deno.test("durations are written in their two largest units", () => {
  const written = [0, 0.4, 1, 59.6, 61, 3600, 3725, 90_000, 187_000].map(formatDuration);
  assertEquals(written, [
    "0 s",
    "0 s",
    "1 s",
    "1 min",
    "1 min 1 s",
    "1 h",
    "1 h 2 min",
    "1 d 1 h",
    "2 d 3 h",
  ]);
});

Deno.test("latencies, seconds, shares and rates keep the digits that matter", () => {
  assertEquals([8, 0.42, 12.34, 99.96, 245.6, 999.6, 1234].map(formatLatency).map(text), [
    "8 ms",
    "0.420 ms",
    "12.3 ms",
    "100 ms",
    "246 ms",
    "1.00 s",
    "1.23 s",
  ]);
  assertEquals([formatSeconds(6), formatShare(0.0213), formatShare(1)].map(text), [
    "6.0 s",
    "2.1 %",
    "100.0 %",
  ]);
  assertEquals([0, 0.42, 12, 145.7, 12_345].map(formatRate), ["0.0", "0.4", "12.0", "146", "12,345"]);
  assertEquals([0, 2.5, 500, 12_500].map(formatTick), ["0", "2.5", "500", "12.5K"]);
});

Deno.test("amounts are written as they were named, however small, and sums without what binary leaves", () => {
  const written = [0, 10, 2.5, 0.05, 0.004, 1e-7, 1234.5678, 0.1 + 0.2].map(formatAmount);
  assertEquals(written, ["0", "10", "2.5", "0.05", "0.004", "0.0000001", "1,234.5678", "0.3"]);
});

Deno.test("counts are grouped, large ones are shortened, changes have a sign", () => {
  assertEquals([1_234_567, 0, -5].map(formatCount), ["1,234,567", "0", "-5"]);
  assertEquals([9870, 12_345, 4_560_000].map(formatShort), ["9,870", "12.3K", "4.56M"]);
  assertEquals([12, -3, 0].map(formatChange), ["+12", "−3", "±0"]);
});

Deno.test("what is not known is written as a dash, with the unit where it has one", () => {
  const written = [formatBandwidth(NaN), formatLatency(null), formatSeconds(NaN), formatShare(null)].map(
    text,
  );
  assertEquals(written, ["– KB/s", "– ms", "– s", "– %"]);
  assertEquals(
    [formatAmount, formatCount, formatShort, formatRate, formatDuration, formatTime].map((format) =>
      format(NaN)
    ),
    [
      "–",
      "–",
      "–",
      "–",
      "–",
      "–",
    ],
  );
});

Deno.test("times are those of the reader's clock, and long names keep their beginning and end", () => {
  assertMatch(formatTime(1_795_000_000), /^\d\d:\d\d:\d\d$/);
  assertEquals(
    [shorten("short"), shorten("5FHneW46xGXgs5mUiveU4sbTyGBzmst"), shorten("abcdefghij", 7)],
    [
      "short",
      "5FHneW46x…zmst",
      "abcd…ij",
    ],
  );
});
