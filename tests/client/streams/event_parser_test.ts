import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { EventParser, type ServerEvent } from "../../../lib/client/streams/event_subscriptions.ts";

function parse(...pieces: string[]): ServerEvent[] {
  const events: ServerEvent[] = [];
  const parser = new EventParser((event) => events.push(event));
  for (const piece of pieces) parser.push(piece);
  return events;
}

const datas = (...pieces: string[]) => parse(...pieces).map(({ data }) => data);

// The first three are the examples of WHATWG HTML, section 9.2.6.
for (
  const [name, text, expected] of [
    ["lines of data are joined", "data: YHOO\ndata: +2\ndata: 10\n\n", ["YHOO\n+2\n10"]],
    ["empty data is data", "data\n\ndata\ndata\n\ndata:", ["", "\n"]],
    ["one space after the colon is no data", "data:test\n\ndata:  test\n\n", ["test", " test"]],
    ["comments and unknown fields are passed over", ": hi\nretry: 5\nx\ndata: a\n\n:\n\n", ["a"]],
    ["an event without data is none", "event: peers\nid: 1\n\n", []],
    ["an event that was not ended is none", "data: a\n", []],
    ["all line ends end lines", "data: a\rdata: b\r\ndata: c\n\r\n\r\ndata: d\r\r", ["a\nb\nc", "d"]],
  ] as const
) {
  Deno.test(`EventParser: ${name}`, () => assertEquals(datas(text), [...expected]));
}

Deno.test("EventParser: an id holds until the next one, and one with a NUL is passed over", () => {
  const events = parse("id: 1\ndata: a\n\ndata: b\n\nid: \0\ndata: c\n\nid\ndata: d\n\n");
  assertEquals(events.map(({ id }) => id), ["1", "1", "1", ""]);
});

Deno.test("EventParser: how the text is cut into pieces does not matter", () => {
  const text = fc.array(fc.constantFrom("data: a", "id: 7", ":c", "\n", "\r", "\r\n", "\n\n", "data", "é"), {
    maxLength: 30,
  });
  fc.assert(fc.property(text, fc.array(fc.nat(60)), (parts, cuts) => {
    const whole = parts.join("");
    const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
    const pieces = places.map((place, index) => whole.slice(place, places[index + 1] ?? whole.length));
    assertEquals(parse(...pieces), parse(whole));
  }));
});

Deno.test("EventParser: an empty piece does not part a carriage return from its line feed", () => {
  assertEquals(datas("data: a\r", "", "\ndata: b\n\n"), ["a\nb"]);
});

Deno.test("EventParser: lines and events beyond 1 MiB are left out, and what follows is read", () => {
  const long = "x".repeat(1024 * 1024);
  assertEquals(datas(`data: ${long}`, long, "\n", "data: b\n\n", "data: c\n\n"), ["c"]);
  const lines = Array.from({ length: 40 }, () => `data: ${long.slice(0, 40_000)}\n`);
  assertEquals(datas(...lines, "\n", "data: d\n\n"), ["d"]);
  const comments = Array.from({ length: 40 }, () => `: ${long.slice(0, 40_000)}\n`);
  assertEquals(datas(...comments, "data: e\n\n"), ["e"]);
});
