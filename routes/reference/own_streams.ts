import { z } from "zod";
import { type Json, Kind, type MessageEntry, type ValueSchema } from "../../lib/protocol/mod.ts";
import type { OwnStream } from "../../lib/streams/mod.ts";

/** The messages of the operator's own streams, by names that documents can have. */
export function ownMessages(own: Iterable<OwnStream>): Readonly<Record<string, MessageEntry>> {
  return Object.fromEntries(
    Array.from(own, ({ stream: { name }, declaration: { description, schema, example } }, index) => {
      // Two names may differ in what a document's names cannot have.
      const key = name.includes(":") ? `${name.replaceAll(":", "_")}.${index}` : name;
      const make = () =>
        z.looseObject({
          type: z.literal(name),
          data: schema === undefined ? z.record(z.string(), z.unknown()) : z.unknown().meta(plain(schema)),
          timestamp: z.number().int().describe("Unix seconds"),
          offset: z.number().int().min(0),
        });
      const message = { type: name, data: (example ?? {}) as Json, timestamp: 1_795_248_000, offset: 17 };
      const summary = description ?? "A stream of the operator's own";
      return [`stream.${key}`, { from: "gateway", summary, kind: new Kind(`Stream.${key}`, make, message) }];
    }),
  );
}

/** A schema that names nothing in the document that it becomes a part of. */
function plain(schema: ValueSchema): ValueSchema {
  return JSON.stringify(schema).includes('"$') ? { type: "object" } : withoutTitles(schema) as ValueSchema;
}

function withoutTitles(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTitles);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key, member]) => key !== "title" || typeof member !== "string");
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutTitles(member)]));
}
