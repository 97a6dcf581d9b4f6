import { assertEquals, assertThrows } from "@std/assert";
import {
  type ExactJson,
  type ExactObject,
  Float,
  parseExact,
  Rendered,
  renderSigned,
  toPlain,
} from "../../lib/protocol/signed_text.ts";
import { signedMessages } from "../helpers/signed_messages.ts";

const rendered = (text: string) => renderSigned(parseExact(text));

for (const { name, wire, signed } of signedMessages.vectors) {
  Deno.test(`renderSigned() gives the text that Python signed: ${name}`, () => {
    const message = parseExact(wire) as ExactObject;
    assertEquals(renderSigned({ ...message, signature: undefined }), signed);
  });
}

Deno.test("renderSigned() separates as Python does, also where nothing is inside", () => {
  assertEquals(
    rendered('{"a":[1,true,false,null],"b":{},"c":[]}'),
    '{"a": [1, true, false, null], "b": {}, "c": []}',
  );
});

Deno.test("renderSigned() sorts keys by code point at every depth", () => {
  assertEquals(
    rendered('{"b":1,"a":{"10":1,"9":2,"":3},"B":2}'),
    '{"B": 2, "a": {"": 3, "10": 1, "9": 2}, "b": 1}',
  );
  assertEquals(
    rendered('{"\u{1f600}": 1, "\uffff": 2, "\\ud83d": 3, "\u{1f600}a": 4, "\u{1f5ff}": 5, "é": 6}'),
    String
      .raw`{"\u00e9": 6, "\ud83d": 3, "\uffff": 2, "\ud83d\uddff": 5, "\ud83d\ude00": 1, "\ud83d\ude00a": 4}`,
  );
});

Deno.test("renderSigned() escapes everything outside space to tilde", () => {
  assertEquals(
    renderSigned('"\\/\b\f\n\r\t\0\x1f\x7f\x80é\u2028😀\ud800 ~'),
    String.raw`"\"\\/\b\f\n\r\t\u0000\u001f\u007f\u0080\u00e9\u2028\ud83d\ude00\ud800 ~"`,
  );
});

Deno.test("renderSigned() writes floats as Python's repr", () => {
  const floats: Record<string, string> = {
    "1.0": "1.0",
    "1e5": "100000.0",
    "-0.0": "-0.0",
    "0e9": "0.0",
    "0.0001": "0.0001",
    "0.00001": "1e-05",
    "0.00001234": "1.234e-05",
    "1e-7": "1e-07",
    "1e15": "1000000000000000.0",
    "9999999999999998.0": "9999999999999998.0",
    "1e16": "1e+16",
    "-1.5e300": "-1.5e+300",
    "5e-324": "5e-324",
    "1.7976931348623157e308": "1.7976931348623157e+308",
    "0.30000000000000004": "0.30000000000000004",
    "1.10": "1.1",
  };
  for (const [text, expected] of Object.entries(floats)) assertEquals(rendered(text), expected);
});

Deno.test("renderSigned() writes integers of any size in full", () => {
  for (const digits of ["0", "-1", "9007199254740993", "1" + "0".repeat(1000)]) {
    assertEquals(rendered(digits), digits);
  }
  assertEquals(rendered("-0"), "0");
});

Deno.test("renderSigned() takes a number of ours for an integer where it is integral", () => {
  assertEquals(renderSigned([1, -0, 1e21, 0.5, 1e-7]), "[1, 0, 1000000000000000000000, 0.5, 1e-07]");
});

Deno.test("renderSigned() takes over what was rendered and leaves out what is undefined", () => {
  assertEquals(
    renderSigned({ b: new Rendered('{"x": 1.0}'), a: undefined, c: [2n] }),
    '{"b": {"x": 1.0}, "c": [2]}',
  );
  assertEquals(renderSigned({ a: undefined }), "{}");
});

Deno.test("renderSigned() refuses what JSON cannot hold", () => {
  for (const value of [NaN, Infinity, new Float(-Infinity), [undefined], () => 1, Symbol("a")]) {
    assertThrows(() => renderSigned(value as ExactJson), TypeError);
  }
});

Deno.test("renderSigned() gives a text that renders as itself", () => {
  for (const { signed } of signedMessages.vectors) assertEquals(rendered(signed), signed);
});

Deno.test("toPlain() gives what JSON.parse() would", () => {
  const text = '{"a": [1, 1.0, 2.5, 12345678901234567890], "b": {"c": null, "d": "x", "e": true}}';
  assertEquals(toPlain(parseExact(text)), JSON.parse(text));
  assertEquals(toPlain(parseExact("1".repeat(400))), Infinity);
  assertEquals(toPlain({ a: new Rendered('{"b": 1.0}'), c: undefined }), { a: { b: 1 } });
});

Deno.test("toPlain() lets no key change a prototype", () => {
  const plain = toPlain(parseExact('{"__proto__": {"admin": true}}')) as Record<string, unknown>;
  assertEquals(Object.getPrototypeOf(plain), Object.prototype);
  assertEquals(Object.keys(plain), ["__proto__"]);
  assertEquals(plain["admin"], undefined);
});
