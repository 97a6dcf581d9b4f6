import type { Json } from "../../../lib/protocol/mod.ts";
import type { SchemaName } from "../components.ts";

/** A message on a connection. */
export interface Message {
  /** Its name in the document. */
  readonly name: string;
  readonly from: "client" | "gateway";
  readonly summary: string;
  readonly schema: SchemaName;
  readonly example: Json;
  /** Names of the messages that answer it. */
  readonly answers?: readonly string[];
}

/** What is spoken on one path. */
export interface Channel {
  readonly name: string;
  readonly path: string;
  readonly title: string;
  readonly description: string;
  readonly messages: readonly Message[];
}
