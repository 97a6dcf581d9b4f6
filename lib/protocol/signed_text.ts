import { type ExactJson, type ExactObject, Float, isList, Rendered } from "./exact_json.ts";
import { floatRepr, isPlain, stringRepr } from "./python_repr.ts";

export { type ExactJson, type ExactObject, Float, Rendered, toPlain } from "./exact_json.ts";
export { type ParseBounds, parseExact } from "./parse_exact.ts";

/** The text that a signature covers: what Python's `json.dumps(value, sort_keys=True)` gives for the same value. */
export function renderSigned(value: ExactJson): string {
  switch (typeof value) {
    case "string":
      return stringRepr(value);
    case "number":
      return renderNumber(value);
    case "bigint":
    case "boolean":
      return value.toString();
    case "object":
      return value === null ? "null" : renderObject(value);
    default:
      throw new TypeError(`Cannot render a value of type ${typeof value}: expected what JSON can hold`);
  }
}

function renderNumber(value: number): string {
  if (Number.isSafeInteger(value)) return value.toString();
  return Number.isInteger(value) ? BigInt(value).toString() : floatRepr(value);
}

function renderObject(value: Float | Rendered | readonly ExactJson[] | ExactObject): string {
  if (value instanceof Float) return floatRepr(value.value);
  if (value instanceof Rendered) return value.text;
  return isList(value) ? renderList(value) : renderMembers(value);
}

function renderList(list: readonly ExactJson[]): string {
  return `[${list.map(renderSigned).join(", ")}]`;
}

function renderMembers(object: ExactObject): string {
  let text = "";
  for (const key of sortedKeys(object)) {
    const member = object[key];
    if (member === undefined) continue;
    text += `${text === "" ? "{" : ", "}${stringRepr(key)}: ${renderSigned(member)}`;
  }
  return text === "" ? "{}" : text + "}";
}

function sortedKeys(object: ExactObject): string[] {
  const keys = Object.keys(object);
  return keys.every(isPlain) ? keys.sort() : keys.sort(compareCodePoints);
}

/** JavaScript itself would compare UTF-16 units, which puts U+1F600 before U+FFFD. */
function compareCodePoints(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let at = 0; at < end; at++) {
    const difference = (a.codePointAt(at) ?? 0) - (b.codePointAt(at) ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
