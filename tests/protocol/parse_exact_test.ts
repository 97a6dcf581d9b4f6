import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type ExactJson, Float, parseExact, Rendered } from "../../lib/protocol/signed_text.ts";
import { signedMessages } from "../helpers/signed_messages.ts";

const mebibyte = 1024 * 1024;

function refusal(text: string, maxDepth = 32): string {
  return assertThrows(() => parseExact(text, { maxDepth }), SyntaxError).message;
}

function parsedObject(text: string): Record<string, ExactJson> {
  return parseExact(text) as Record<string, ExactJson>;
}

Deno.test("parseExact() tells 1, 1.0 and 1.5 apart", () => {
  assertEquals(parseExact("[1, 1.0, 1.5, 1e2, -0.0, -0]"), [
    1,
    new Float(1),
    1.5,
    new Float(100),
    new Float(-0),
    0,
  ]);
  assert(Object.is(parseExact("-0"), 0));
});

Deno.test("parseExact() keeps integers beyond the safe range", () => {
  assertEquals(parseExact("9007199254740991"), 9007199254740991);
  assertEquals(parseExact("9007199254740992"), 9007199254740992n);
  assertEquals(parseExact("-9007199254740993"), -9007199254740993n);
  assertEquals(parseExact("9".repeat(300)), 10n ** 300n - 1n);
  assertEquals(parseExact("9".repeat(301)), new Rendered("9".repeat(301)));
});

Deno.test("parseExact() refuses what Python would hold as an infinity or NaN", () => {
  for (const text of ["NaN", "Infinity", "-Infinity"]) refusal(text);
  assertEquals(refusal("[1e400]"), "Not JSON: number beyond a double, which ends at character 6");
  assertEquals(refusal("-1e400"), "Not JSON: number beyond a double, which ends at character 6");
  assertEquals(parseExact("1e-400"), new Float(0));
});

Deno.test("parseExact() refuses numbers that only look like some", () => {
  for (const text of ["01", "-", "+1", ".5", "1.", "1.e5", "1e", "1e+", "--1", "0x10", "1_0", "٣", "-01"]) {
    refusal(text);
  }
});

Deno.test("parseExact() reads every escape and keeps lone surrogates", () => {
  assertEquals(parseExact(String.raw`"\"\\\/\b\f\n\r\t\u0041\u00e9\uD83C\uDFC8"`), '"\\/\b\f\n\r\tAé🏈');
  assertEquals(parseExact(String.raw`"a\ud83cb"`), "a\ud83cb");
  for (
    const text of [String.raw`"\x"`, String.raw`"\u12"`, String.raw`"\u12g4"`, String.raw`"\u+123"`, '"\\']
  ) {
    refusal(text);
  }
});

Deno.test("parseExact() refuses control characters in strings, but not DEL", () => {
  for (let code = 0; code < 0x20; code++) refusal(`"a${String.fromCharCode(code)}"`);
  assertEquals(parseExact('"\x7f\u2028"'), "\x7f\u2028");
});

Deno.test("parseExact() skips the white space of JSON and no other", () => {
  assertEquals(parseExact(' \t\r\n[ 1 , { "a" : [ ] , "b" : { } } ]\n'), [1, { a: [], b: {} }]);
  for (const space of ["\ufeff", "\u00a0", "\v", "\f", "\u2028"]) refusal(`${space}1`);
});

Deno.test("parseExact() lets the last of repeated keys win", () => {
  assertEquals(parsedObject('{"a": 1, "b": 2, "\\u0061": 3}'), { a: 3, b: 2 });
});

Deno.test("parseExact() takes __proto__ for an ordinary key", () => {
  const object = parsedObject('{"__proto__": {"admin": true}, "constructor": 1}');
  assertEquals(Object.getPrototypeOf(object), null);
  assertEquals(Object.keys(object), ["__proto__", "constructor"]);
  assertEquals(object["admin"], undefined);
});

Deno.test("parseExact() says what it expected and where", () => {
  const messages: Record<string, string> = {
    "": "expected a value at character 0",
    "nul": "expected a value at character 0",
    "[1, ]": "expected a value at character 4",
    "[1 2]": 'expected "," or "]" at character 3',
    "{1: 2}": "expected a quoted key at character 1",
    '{"a": 1, }': "expected a quoted key at character 9",
    '{"a" 1}': 'expected ":" at character 5',
    '{"a": 1': 'expected "," or "}" at character 7',
    "1 2": "expected the end at character 2",
    '"abc': "expected a closing quote, with control characters escaped at character 4",
    "-x": "expected a digit at character 1",
  };
  for (const [text, message] of Object.entries(messages)) assertEquals(refusal(text), `Not JSON: ${message}`);
});

Deno.test("parseExact() counts arrays and objects together for the depth", () => {
  const nested = (depth: number) => '{"a":['.repeat(depth / 2) + "]}".repeat(depth / 2);
  parseExact(nested(32));
  assertEquals(refusal(`[${nested(32)}]`), "Not JSON: nested too deeply at character 96");
  assertEquals(parseExact("1", { maxDepth: 0 }), 1);
  refusal("[]", 0);
});

Deno.test("parseExact() counts the values of every depth, and makes no more of them than it may", () => {
  const text = '[{}, [null, 1.5], "text", {"key": true}]';
  assertEquals((parseExact(text, { maxValues: 8 }) as unknown[]).length, 4);
  const error = assertThrows(() => parseExact(text, { maxValues: 7 }), RangeError);
  assertEquals(error.message, "more than 7 values");
});

Deno.test("parseExact() refuses every beginning of a message", () => {
  for (const { wire } of signedMessages.vectors) {
    for (let length = 0; length < wire.length; length++) refusal(wire.slice(0, length));
  }
});

Deno.test("parseExact() takes a mebibyte of anything without stalling", () => {
  const digits = "7".repeat(mebibyte);
  assertEquals(parseExact(digits), new Rendered(digits));
  assertEquals(parseExact(`0.${digits}`), 7 / 9);
  assertEquals(parseExact(`1e-${digits}`), new Float(0));
  assertEquals((parseExact(`[${"1,".repeat(mebibyte / 2)}1]`) as number[]).length, mebibyte / 2 + 1);
  refusal(`1e${digits}`);
  refusal("[".repeat(mebibyte));
  refusal('{"a":'.repeat(mebibyte / 5));
  refusal(`"${"\\u0041".repeat(mebibyte / 6)}`);
  refusal(" ".repeat(mebibyte));
});

Deno.test("parseExact() answers any bytes with a value or a SyntaxError", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
    try {
      parseExact(new TextDecoder().decode(bytes));
    } catch (error) {
      assertInstanceOf(error, SyntaxError);
    }
  }));
});
