/**
 * What a JSON value of type `T` is: a JSON Schema, as much of it as streams have need of. Light enough for pages, unlike
 * the schemas that check what clients send.
 */
export interface Shape<T = unknown> {
  /** Never there: it holds the type. */
  readonly of?: T;
  /** What kind of value it is. */
  readonly type?: "object" | "array" | "string" | "number" | "integer" | "boolean" | "null";
  /** The name of an object's type. */
  readonly title?: string;
  /** What it means. */
  readonly description?: string;
  /** An object's fields. */
  readonly properties?: Readonly<Record<string, Shape>>;
  /** What the fields are that have no name here. */
  readonly additionalProperties?: Shape;
  /** What they may be called. */
  readonly propertyNames?: Shape;
  /** Those of them that are always there. */
  readonly required?: readonly string[];
  /** What a list holds. */
  readonly items?: Shape;
  /** It is one of these. */
  readonly anyOf?: readonly Shape[];
  /** The texts that it may be. */
  readonly enum?: readonly string[];
  /** The one value that it may be. */
  readonly const?: boolean;
  /** The least that a number may be. */
  readonly minimum?: number;
  /** The most. */
  readonly maximum?: number;
}

type Notes = Pick<Shape, "description" | "minimum" | "maximum">;

type ObjectNotes = Pick<Shape, "title" | "description">;

/** A field that may be left out. */
interface Optional<T> {
  readonly optional: Shape<T>;
}

/** What each field of a type is. */
type Fields<T> = {
  readonly [Name in keyof T]-?: undefined extends T[Name] ? Optional<Exclude<T[Name], undefined>>
    : Shape<T[Name]>;
};

/** A number. */
export const number = (notes: Notes = {}): Shape<number> => ({ type: "number", ...notes });
/** A whole number. */
export const integer = (notes: Notes = {}): Shape<number> => ({ type: "integer", ...notes });
/** A text. */
export const text = (notes: Notes = {}): Shape<string> => ({ type: "string", ...notes });
/** One of a few texts. */
export const word = <Word extends string>(...words: Word[]): Shape<Word> => ({ type: "string", enum: words });
/** True or false. */
export const truth = (): Shape<boolean> => ({ type: "boolean" });
/** True where it is there at all. */
export const yes = (notes: Notes = {}): Shape<true> => ({ type: "boolean", const: true, ...notes });
/** What may be null. */
export const orNull = <T>(shape: Shape<T>, notes: Notes = {}): Shape<T | null> => ({
  anyOf: [shape, { type: "null" }],
  ...notes,
});
/** Any number of them. */
export const list = <T>(items: Shape<T>, notes: Notes = {}): Shape<readonly T[]> => ({
  type: "array",
  items,
  ...notes,
});
/** For each of some names, or for any of them, one of these. */
export const record = <Name extends string, T>(
  names: readonly Name[],
  values: Shape<T>,
  notes: Notes = {},
): Shape<{ readonly [Each in Name]?: T }> => ({
  type: "object",
  propertyNames: { type: "string", enum: names },
  additionalProperties: values,
  ...notes,
});
/** A field that may be left out. */
export const optional = <T>(shape: Shape<T>): Optional<T> => ({ optional: shape });

/** An object with at least these fields; one with a title has a place of its own in the reference. */
export function object<T>(fields: Fields<T>, { title, ...notes }: ObjectNotes = {}): Shape<T> {
  const all = Object.entries<Optional<unknown> | Shape>(fields);
  return {
    type: "object",
    ...title === undefined ? {} : { title },
    ...notes,
    properties: Object.fromEntries(
      all.map(([name, field]) => [name, "optional" in field ? field.optional : field]),
    ),
    required: all.flatMap(([name, field]) => "optional" in field ? [] : name),
  };
}

/**
 * Whether a value has the fields of a shape, each of its type. What a field may be is not looked at: whoever made the value
 * may know more words than we do.
 */
export function fits<T>(shape: Shape<T>, value: unknown): value is T {
  const { type, anyOf, items, properties = {}, additionalProperties, required = [] } = shape;
  if (anyOf !== undefined) return anyOf.some((option) => fits(option, value));
  if (type === "null") return value === null;
  if (type === "array") {
    return Array.isArray(value) && (items === undefined || value.every((item) => fits(items, item)));
  }
  if (type === "string") return typeof value === "string";
  if (type === "boolean") return typeof value === "boolean";
  if (type !== "object") return typeof value === "number";
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const isWhole = required.every((name) => fits(properties[name] ?? {}, Reflect.get(value, name)));
  if (additionalProperties === undefined) return isWhole;
  return isWhole && Object.values(value).every((member) => fits(additionalProperties, member));
}
