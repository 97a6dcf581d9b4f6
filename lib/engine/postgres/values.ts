import { Buffer } from "node:buffer";

/**
 * A value as JSON, in which anybody can read it. What JSON does not know stands as an object of one entry: `$bigint`,
 * `$bytes` (Base64), `$number`; an object that looks like one of those stands in one called `$plain`.
 */
export function encode(value: unknown): string {
  return JSON.stringify(isPlain(value) ? value : marked(value));
}

/** The value that a text of {@link encode} stands for. */
export function decode(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return text.includes('{"$') ? unmarked(value) : value;
}

/** Whether JSON takes it as it is, as it does nearly always. */
function isPlain(value: unknown): boolean {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "bigint":
      return false;
    case "object":
      if (value === null) return true;
      if (Array.isArray(value)) return value.every(isPlain);
      return !ArrayBuffer.isView(value) && markOf(value) === undefined && Object.values(value).every(isPlain);
    default:
      return true;
  }
}

function marked(value: unknown): unknown {
  if (isPlain(value)) return value;
  if (typeof value === "bigint") return { $bigint: String(value) };
  if (typeof value === "number") return { $number: Object.is(value, -0) ? "-0" : String(value) };
  if (value instanceof Uint8Array) {
    return { $bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
  }
  if (Array.isArray(value)) return value.map(marked);
  const object = mapped(value as object, marked);
  return markOf(object) === undefined ? object : { $plain: object };
}

function unmarked(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(unmarked);
  const mark = markOf(value);
  return mark === undefined ? mapped(value, unmarked) : unmark[mark](Object.values(value)[0]);
}

const unmark = {
  $bigint: (text: unknown) => BigInt(String(text)),
  $bytes: (text: unknown) => new Uint8Array(Buffer.from(String(text), "base64")),
  $number: (text: unknown) => Number(text),
  $plain: (object: unknown) => mapped(object as object, unmarked),
};

function markOf(value: object): keyof typeof unmark | undefined {
  const [name, ...others] = Object.keys(value);
  return name !== undefined && others.length === 0 && Object.hasOwn(unmark, name)
    ? name as keyof typeof unmark
    : undefined;
}

function mapped(value: object, change: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, change(each)]));
}
