import { z } from "zod";
import type { Json, Kind } from "../../lib/protocol/mod.ts";

/** The dialects of JSON Schema: OpenAPI 3.1 takes the one, AsyncAPI 3.0 the other. */
type Dialect = "draft-2020-12" | "draft-7";

const prefix = "#/components/schemas/";

/** Points to a named schema. */
export function refTo(name: string): { readonly $ref: string } {
  return { $ref: `${prefix}${name}` };
}

/** `components.schemas` of a document: how a client may write each, which is also how the gateway does. */
export function componentSchemas(target: Dialect, kinds: Iterable<Kind>): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const { name, schema } of kinds) registry.add(schema, { id: name });
  const made = z.toJSONSchema(registry, { target, io: "input", uri: (id) => `${prefix}${id}` });
  const titled: Record<string, Json> = {};
  const named = Object.entries(made.schemas).map(([name, schema]) =>
    [name, withoutHead(withoutTitles(tidy(schema as Json), titled))] as const
  );
  return { ...Object.fromEntries(named), ...titled };
}

/** Has what bears a title be a component of its own, which `titled` takes. */
function withoutTitles(value: Json, titled: Record<string, Json>): Json {
  if (Array.isArray(value)) return value.map((member) => withoutTitles(member, titled));
  if (!isRecord(value)) return value;
  const { title, ...rest } = value;
  const members = Object.fromEntries(
    Object.entries(rest).map(([key, member]) => [key, withoutTitles(member, titled)]),
  );
  if (typeof title !== "string") return title === undefined ? members : { title, ...members };
  titled[title] = members;
  return refTo(title);
}

/** A schema that has no name in the documents, such as one parameter's. */
export function inlineSchema(schema: z.ZodType): Json {
  return withoutHead(tidy(z.toJSONSchema(schema, { io: "input" }) as Json));
}

/** Whether a parameter cannot be left out. */
export function isRequired(schema: z.ZodType): boolean {
  return !schema.safeParse(undefined).success;
}

function withoutHead(schema: Json): Json {
  if (!isRecord(schema)) return schema;
  const { $schema: _, $id: __, ...rest } = schema;
  return rest;
}

/** Takes out what stands for infinity, which JSON cannot hold, and unions of what is then one. */
function tidy(value: Json): Json {
  if (Array.isArray(value)) return value.map(tidy);
  if (!isRecord(value)) return value;
  const { anyOf, ...rest } = Object.fromEntries(
    Object.entries(value).filter(saysSomething).map(([key, member]) => [key, tidy(member)]),
  );
  if (!Array.isArray(anyOf)) return anyOf === undefined ? rest : { anyOf, ...rest };
  const kept = anyOf.filter((option) => !standsForInfinity(option));
  const [only] = kept;
  return kept.length === 1 && isRecord(only ?? null)
    ? { ...only as object, ...rest }
    : { anyOf: kept, ...rest };
}

/** Zod bounds every integer by what a double can hold. */
function saysSomething([key, member]: [string, Json]): boolean {
  return !/^(?:minimum|maximum)$/.test(key) || Math.abs(Number(member)) !== Number.MAX_SAFE_INTEGER;
}

function standsForInfinity(option: Json): boolean {
  return isRecord(option) && option["type"] === "number" && "const" in option &&
    !Number.isFinite(option["const"]);
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
