import { Kind } from "../../lib/protocol/mod.ts";
import { type SchemaName, schemas } from "./components.ts";

const kinds = new Map<SchemaName, Kind>();

/** The kind of a named schema. */
export function kindOf(name: SchemaName): Kind {
  const kind = kinds.get(name) ?? new Kind(name, () => schemas[name], null);
  kinds.set(name, kind);
  return kind;
}
