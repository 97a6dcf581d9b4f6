import { assertEquals, assertThrows } from "@std/assert";
import { formatTimestamp, isDate, parseTimestamp } from "../../lib/protocol/mod.ts";

const time = Date.parse("2026-11-21T08:00:00Z");

Deno.test("parseTimestamp() takes what Python's fromisoformat takes with an offset", () => {
  for (
    const [text, expected] of [
      ["2026-11-21T08:00:00Z", time],
      ["2026-11-21T08:00:00+00:00", time],
      ["2026-11-21 08:00:00+00:00", time],
      ["2026-11-21T10:00:00+02:00", time],
      ["2026-11-21T02:30:00-0530", time],
      ["2026-11-21T10+02", time],
      ["20261121T080000Z", time],
      ["2026-11-21T08:00:00.123456+00:00", time + 123],
      ["2026-11-21T08:00:00,5Z", time + 500],
      ["2026-11-21T08:00:00.123456789Z", time + 123],
      ["2026-11-21T00:00:30-08:00:30", time + 60_000],
      ["2024-02-29T00:00:00Z", Date.parse("2024-02-29T00:00:00Z")],
    ] as const
  ) assertEquals(parseTimestamp(text), expected, text);
});

Deno.test("parseTimestamp() refuses what has no offset, and what is no time", () => {
  for (
    const text of [
      "",
      "yesterday",
      "2026-11-21",
      "2026-11-21T08:00:00",
      "2026-02-29T08:00:00Z",
      "2026-13-01T08:00:00Z",
      "0000-01-01T08:00:00Z",
      "2026-11-21T24:00:00Z",
      "2026-11-21T08:00:60Z",
      "2026-11-21T08:00:00+24:00",
      "2026-11-21T08:00:00+2:00",
      "2026-1121T08:00:00Z",
      "2026-11-21T08:00:00Z ",
      "1795248000",
    ]
  ) assertEquals(parseTimestamp(text), null, text);
});

Deno.test("isDate() takes dates with and without a time and an offset", () => {
  const texts = [
    "2026-11-21",
    "2026-11-21T08:00:00",
    "2026-11-21 08:00:00.5+02:00",
    "yesterday",
    "2026-02-30",
  ];
  assertEquals(texts.map(isDate), [true, true, true, false, false]);
});

Deno.test("formatTimestamp() writes any time with its milliseconds, whatever was written before", () => {
  const times: Record<string, number> = {
    "2026-11-21T08:00:00.000+00:00": Date.UTC(2026, 10, 21, 8),
    "2026-11-21T08:00:00.007+00:00": Date.UTC(2026, 10, 21, 8, 0, 0, 7),
    "2026-11-21T08:00:00.999+00:00": Date.UTC(2026, 10, 21, 8, 0, 0, 999),
    "2026-11-21T08:00:01.000+00:00": Date.UTC(2026, 10, 21, 8, 0, 1),
    "1969-12-31T23:59:59.999+00:00": -1,
    "1970-01-01T00:00:00.042+00:00": 42.9,
    "+010000-01-01T00:00:00.001+00:00": Date.UTC(10_000, 0, 1) + 1,
  };
  const all = Object.entries(times);
  for (const [text, time] of [...all, ...all.toReversed(), ...all]) assertEquals(formatTimestamp(time), text);
  assertThrows(() => formatTimestamp(NaN), RangeError);
  assertEquals(formatTimestamp(42), "1970-01-01T00:00:00.042+00:00");
});
