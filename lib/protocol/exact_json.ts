/** A number that a Python peer holds as a float although its value is integral: `1.0`, `1e5`, `-0.0`. */
export class Float {
  /** `value`: the number itself. */
  constructor(readonly value: number) {}
}

/** Signed text made earlier, which rendering takes over as it is. */
export class Rendered {
  /** `text`: valid signed text. */
  constructor(readonly text: string) {}
}

/** A JSON object whose undefined members count as absent. */
export interface ExactObject {
  /** Every member by its name. */
  readonly [key: string]: ExactJson | undefined;
}

/** A JSON value that keeps what a signature depends on: 1 and 1.0 differ, integers have any size. */
export type ExactJson =
  | null
  | boolean
  | string
  | number
  | bigint
  | Float
  | Rendered
  | readonly ExactJson[]
  | ExactObject;

/** Whether a value is an array, in a form that narrows read-only arrays too. */
export function isList(value: ExactJson): value is readonly ExactJson[] {
  return Array.isArray(value);
}

/** The value as ordinary JavaScript, for schemas: {@link Float} and bigint become numbers. */
export function toPlain(value: ExactJson): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Float) return value.value;
  if (value instanceof Rendered) return JSON.parse(value.text);
  return isList(value) ? value.map(toPlain) : toPlainObject(value);
}

function toPlainObject(object: ExactObject): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const key of Object.keys(object)) {
    const member = object[key];
    if (member === undefined) continue;
    if (key === "__proto__") define(plain, key, toPlain(member));
    else plain[key] = toPlain(member);
  }
  return plain;
}

/** Assigning to `__proto__` would change the prototype instead. */
function define(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}
