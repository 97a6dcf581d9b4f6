import fc from "fast-check";

const space = fc.string({ unit: fc.constantFrom(" ", "\t", "\n", "\r"), maxLength: 2 });
const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: 20 });
const sign = fc.constantFrom("", "-");

const unitEscape = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }),
  fc.integer({ min: 0xd7fe, max: 0xe001 }),
).map((unit) => "\\u" + unit.toString(16).padStart(4, "0"));
const character = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }).map((text) => JSON.stringify(text).slice(1, -1)),
  fc.string({ unit: fc.constantFrom("a", "B", "é", "\x7f", "\uffff", "😀", "🏈"), maxLength: 3 }),
  unitEscape,
  fc.constantFrom("\\/", "\\b", "\\f", '\\"', "\\\\", "\\ud83d\\ude00", "\\uD83C\\uDFC8"),
);
const string = fc.array(character, { maxLength: 6 }).map((parts) => `"${parts.join("")}"`);
const key = fc.oneof(string, fc.constantFrom('"a"', '"\\u0061"', '"__proto__"', '"10"', '"9"', '""'));

const integer = fc.oneof(
  fc.integer().map(String),
  fc.bigInt().map(String),
  fc.bigInt({ min: -(10n ** 320n), max: 10n ** 320n }).map(String),
  fc.constantFrom("-0", "9007199254740991", "9007199254740992", "-9007199254740993"),
);
const float = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => value.toExponential()),
  fc.double({ min: -1e17, max: 1e17, noNaN: true }).map((value) => value.toFixed(6)),
  fc.tuple(sign, fc.bigInt({ min: 0n, max: 10n ** 25n }), digits).map(([minus, whole, part]) =>
    `${minus}${whole}.${part}`
  ),
  fc.tuple(sign, fc.integer({ min: 0, max: 99 }), fc.constantFrom("e", "E", "e+", "E-"), fc.nat(340)).map((
    parts,
  ) => parts.join("")),
);

const { value } = fc.letrec<{ value: string }>((tie) => {
  const spaced = fc.tuple(space, tie("value"), space).map((parts) => parts.join(""));
  const member = fc.tuple(space, key, space, spaced).map(([a, name, b, value]) => `${a}${name}${b}:${value}`);
  return {
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom("true", "false", "null"),
      integer,
      float,
      string,
      fc.array(spaced, { maxLength: 5 }).map((items) => `[${items.join(",")}]`),
      fc.array(member, { maxLength: 6 }).map((members) => `{${members.join(",")}}`),
    ),
  };
});

/** JSON texts of every kind, some with numbers beyond a double. */
export const jsonText: fc.Arbitrary<string> = fc.tuple(space, value, space).map((parts) => parts.join(""));

const piece = fc.constantFrom(
  ..."{}[]\",:\\/ue+-.0123456789 \t\n\r\0\x0b\x7f\ufeff٣xtfn'",
  "true",
  "null",
  "NaN",
  "Infinity",
  "\\u",
  "\\ud83d",
);

/** JSON texts with a piece put in, or in place of something else: most of them are JSON no longer. */
export const spoiltText: fc.Arbitrary<string> = fc.tuple(jsonText, fc.nat(), fc.nat(3), piece).map(
  ([text, place, length, replacement]) => {
    const at = place % (text.length + 1);
    return (text.slice(0, at) + replacement + text.slice(at + length)).toWellFormed();
  },
);

/** Texts made of what JSON is made of. */
export const jsonSoup: fc.Arbitrary<string> = fc.array(piece, { maxLength: 12 }).map((pieces) =>
  pieces.join("")
);
