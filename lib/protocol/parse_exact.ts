import { type ExactJson, Float, Rendered } from "./exact_json.ts";

const tab = 0x09;
const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const quote = 0x22;
const plus = 0x2b;
const comma = 0x2c;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const lowerE = 0x65;
const lowerF = 0x66;
const lowerN = 0x6e;
const lowerT = 0x74;
const lowerU = 0x75;
const openBrace = 0x7b;
const closeBrace = 0x7d;

const escapes: ReadonlyMap<number, string> = new Map([
  [quote, '"'],
  [backslash, "\\"],
  [0x2f, "/"],
  [0x62, "\b"],
  [lowerF, "\f"],
  [lowerN, "\n"],
  [0x72, "\r"],
  [lowerT, "\t"],
]);

const fourHexDigits = /^[0-9a-f]{4}$/i;

/** Making a bigint takes time quadratic in its digits; longer integers are kept as their text. */
const maxBigintDigits = 300;

/** What a text may hold at most. */
export interface ParseBounds {
  /** Arrays and objects within each other; 32 where nothing is said. */
  readonly maxDepth?: number;
  /** Values of every kind, at all depths together: each costs time and memory, however few bytes it has. */
  readonly maxValues?: number;
}

/**
 * Parses JSON text as strictly as Python's `json.loads`, and refuses `NaN`, infinities and numbers beyond a double.
 * Objects have no prototype, a repeated key keeps its last value, lone surrogates stay.
 *
 * @throws {SyntaxError} saying what was expected, and at which character, counted from 0.
 * @throws {RangeError} when it holds too many values
 */
export function parseExact(
  text: string,
  { maxDepth = 32, maxValues = Infinity }: ParseBounds = {},
): ExactJson {
  return new Parser(text, maxValues).document(maxDepth);
}

class Parser {
  readonly #text: string;
  readonly #maxValues: number;
  #values = 0;
  #at = 0;

  constructor(text: string, maxValues: number) {
    this.#text = text;
    this.#maxValues = maxValues;
  }

  document(maxDepth: number): ExactJson {
    this.#skipSpace();
    const value = this.#value(maxDepth);
    if (this.#at < this.#text.length) throw this.#expected("the end");
    return value;
  }

  #value(depthLeft: number): ExactJson {
    if (++this.#values > this.#maxValues) throw new RangeError(`more than ${this.#maxValues} values`);
    const value = this.#bareValue(depthLeft);
    this.#skipSpace();
    return value;
  }

  #bareValue(depthLeft: number): ExactJson {
    switch (this.#text.charCodeAt(this.#at)) {
      case quote:
        return this.#string();
      case openBrace:
        return this.#object(this.#deeper(depthLeft));
      case openBracket:
        return this.#array(this.#deeper(depthLeft));
      case lowerT:
        return this.#word("true", true);
      case lowerF:
        return this.#word("false", false);
      case lowerN:
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #deeper(depthLeft: number): number {
    if (depthLeft <= 0) throw this.#failure("nested too deeply");
    return depthLeft - 1;
  }

  #object(depthLeft: number): ExactJson {
    const object: Record<string, ExactJson> = Object.create(null);
    if (this.#opens(closeBrace)) return object;
    do {
      this.#skipSpace();
      if (this.#text.charCodeAt(this.#at) !== quote) throw this.#expected("a quoted key");
      const key = this.#string();
      this.#skipSpace();
      if (!this.#take(colon)) throw this.#expected('":"');
      this.#skipSpace();
      object[key] = this.#value(depthLeft);
    } while (this.#take(comma));
    if (!this.#take(closeBrace)) throw this.#expected('"," or "}"');
    return object;
  }

  #array(depthLeft: number): ExactJson {
    const array: ExactJson[] = [];
    if (this.#opens(closeBracket)) return array;
    do {
      this.#skipSpace();
      array.push(this.#value(depthLeft));
    } while (this.#take(comma));
    if (!this.#take(closeBracket)) throw this.#expected('"," or "]"');
    return array;
  }

  /** Takes the opening bracket, and answers whether the closing one follows and was taken as well. */
  #opens(close: number): boolean {
    this.#at++;
    this.#skipSpace();
    return this.#take(close);
  }

  #word<Value>(word: string, value: Value): Value {
    if (!this.#text.startsWith(word, this.#at)) throw this.#expected("a value");
    this.#at += word.length;
    return value;
  }

  #string(): string {
    const start = ++this.#at;
    this.#skipPlain();
    if (this.#text.charCodeAt(this.#at) === quote) return this.#text.slice(start, this.#at++);
    let content = this.#text.slice(start, this.#at);
    while (!this.#take(quote)) {
      content += this.#escape();
      const plain = this.#at;
      this.#skipPlain();
      content += this.#text.slice(plain, this.#at);
    }
    return content;
  }

  /** Moves to the next character that does not stand for itself in a string. */
  #skipPlain(): void {
    const text = this.#text;
    let at = this.#at;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === quote || code === backslash || code < space) break;
    }
    this.#at = at;
  }

  #escape(): string {
    if (!this.#take(backslash)) throw this.#expected("a closing quote, with control characters escaped");
    if (this.#take(lowerU)) return this.#unit();
    const character = escapes.get(this.#text.charCodeAt(this.#at));
    if (character === undefined) throw this.#expected("an escape that JSON knows");
    this.#at++;
    return character;
  }

  #unit(): string {
    const digits = this.#text.slice(this.#at, this.#at + 4);
    if (!fourHexDigits.test(digits)) throw this.#expected("four hexadecimal digits");
    this.#at += 4;
    return String.fromCharCode(parseInt(digits, 16));
  }

  #number(): ExactJson {
    const start = this.#at;
    this.#take(minus);
    if (!this.#take(zero)) this.#digits(this.#at === start ? "a value" : "a digit");
    const fraction = this.#take(point);
    if (fraction) this.#digits("a digit");
    const exponent = this.#takeExponent();
    const text = this.#text.slice(start, this.#at);
    return fraction || exponent ? this.#float(text) : exactInteger(text);
  }

  #takeExponent(): boolean {
    // Lower case: the only other character that this turns into "e" is "E".
    if ((this.#text.charCodeAt(this.#at) | 0x20) !== lowerE) return false;
    this.#at++;
    if (!this.#take(minus)) this.#take(plus);
    this.#digits("a digit");
    return true;
  }

  #digits(wanted: string): void {
    const start = this.#at;
    let code = this.#text.charCodeAt(start);
    while (code >= zero && code <= nine) code = this.#text.charCodeAt(++this.#at);
    if (this.#at === start) throw this.#expected(wanted);
  }

  #float(text: string): ExactJson {
    const value = Number(text);
    if (!Number.isFinite(value)) throw this.#failure("number beyond a double, which ends");
    return Number.isInteger(value) ? new Float(value) : value;
  }

  #take(code: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== code) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    let code = this.#text.charCodeAt(this.#at);
    while (code === space || code === newline || code === carriageReturn || code === tab) {
      code = this.#text.charCodeAt(++this.#at);
    }
  }

  #expected(what: string): SyntaxError {
    return this.#failure(`expected ${what}`);
  }

  #failure(what: string): SyntaxError {
    return new SyntaxError(`Not JSON: ${what} at character ${this.#at}`);
  }
}

function exactInteger(text: string): ExactJson {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value + 0;
  return text.length > maxBigintDigits ? new Rendered(text) : BigInt(text);
}
