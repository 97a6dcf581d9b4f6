import { z } from "zod";
import { streamConversation } from "../messages/streams.ts";
import { describeFault, describeIssue } from "../schema.ts";
import { streams } from "../streams.ts";

/** Characters of a stream's name at most. */
export const longestStreamName = 64;

/** Words that mean something else as a message's `type`, as an event's name or in a path. */
const reserved: ReadonlySet<unknown> = new Set([
  ...Object.keys(streams),
  ...Object.values(streamConversation.messages).map(({ kind: { example } }) =>
    Reflect.get(Object(example), "type")
  ),
  // Those of The Block's page, and what else its messages may be.
  ...["block_updates", "metrics", "network", "metrics_update", "network_update"],
  ...["events", "message", "open", "refused"],
]);

/** How a stream of the operator's own may be called. */
export const ownStreamName = z.string()
  .regex(/^[A-Za-z][\w.:-]{0,63}$/, "expected a letter, then up to 63 letters, digits or _ . : -")
  .refine((name) => !reserved.has(name), "expected a name that means nothing else here");

/** Bytes of a value that is published, as JSON, and of what is said of a stream. */
export const maxValueSize = 64 * 1024;
/** Bytes of a schema. */
const maxSchemaSize = 16 * 1024;

/** Says what is wrong with a value; undefined when nothing is. */
export type ValueCheck = (value: unknown) => string | undefined;

const anObject = z.record(z.string(), z.unknown());

/**
 * Holds values against a JSON Schema, where there is one; they are objects in any case. Throws a TypeError for what is no
 * schema that can be checked.
 */
export function valueCheck(schema: ValueSchema | undefined): ValueCheck {
  const check = schema === undefined ? anObject : compile(schema);
  return (value) => {
    const isObject = anObject.safeParse(value);
    const read = isObject.success ? check.safeParse(value) : isObject;
    return read.success ? undefined : describeFault(read.error, value);
  };
}

/** A JSON Schema, draft 2020-12 without conditions and references elsewhere. */
export type ValueSchema = Readonly<Record<string, unknown>>;

function compile(schema: ValueSchema): z.ZodType {
  try {
    return z.fromJSONSchema(schema);
  } catch (cause) {
    throw new TypeError(`Cannot check schema: ${(cause as Error).message}`, { cause });
  }
}

const jsonSchema = anObject
  .superRefine((schema, context) => {
    const { length } = JSON.stringify(schema);
    if (length > maxSchemaSize) {
      context.addIssue({ code: "custom", message: `${length} bytes, expected at most ${maxSchemaSize}` });
      return;
    }
    try {
      compile(schema);
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message });
    }
  });

const declared = {
  description: z.string().max(500).optional().describe("for people"),
  private: z.boolean().default(false).describe("whether a subscription needs a token"),
  schema: jsonSchema.optional().describe("JSON Schema of its values, which are objects"),
  example: anObject.optional().describe("a value, for the reference"),
  history: z.strictObject({
    size: z.number().int().min(1).max(10_000_000).optional().describe("publications"),
    ttl: z.number().positive().max(2_000_000).optional().describe("seconds"),
  }).optional().describe(
    "how much is kept for clients that come back; `history.size` and `history.ttl` at most",
  ),
};

/** What the operator says of a stream that is published to. Protocol, section 6. */
export const declarationSchema = z.strictObject(declared).superRefine(exampleFits);

/** What the operator says of a stream. */
export type Declaration = z.output<typeof declarationSchema>;

/** A stream of the operator's own that is polled from the node. */
const polledDeclarationSchema = z.strictObject({
  name: ownStreamName,
  period: z.number().min(0.1).max(86_400).describe("seconds from one poll to the next"),
  method: z.string().min(1).max(128).describe("of the node"),
  params: z.union([anObject, z.array(z.unknown())]).optional(),
  path: z.string().regex(/^[^.]+(?:\.[^.]+)*$/, "expected names or places with dots between").max(256)
    .optional().describe("of the value in the result, such as `result.0.total`"),
  ...declared,
}).superRefine(exampleFits);

/** A stream of the operator's own that is polled from the node. */
export type PolledDeclaration = z.output<typeof polledDeclarationSchema>;

const mostPolled = 32;

/** All streams that a configuration declares. */
export const polledDeclarationsSchema = z.array(polledDeclarationSchema).max(mostPolled)
  .superRefine((all, context) => {
    all.forEach(({ name }, index) => {
      if (all.findIndex((other) => other.name === name) === index) return;
      context.addIssue({ code: "custom", path: [index, "name"], message: "is declared before" });
    });
  });

/** What is wrong with a list of such streams, and where; undefined when nothing is. */
export function polledDeclarationsFault(value: unknown): string | undefined {
  const read = polledDeclarationsSchema.safeParse(value);
  return read.success ? undefined : describeIssue(read.error);
}

function exampleFits(
  { schema, example }: { schema?: ValueSchema | undefined; example?: unknown },
  context: z.core.$RefinementCtx,
): void {
  const fault = example === undefined ? undefined : valueCheck(schema)(example);
  if (fault !== undefined) context.addIssue({ code: "custom", path: ["example"], message: fault });
}
