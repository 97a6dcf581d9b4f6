import type { Shape } from "../shape.ts";

/** What the protocol says of a stream. */
export interface StreamEntry<Data = unknown> {
  /** Milliseconds from one poll to the next. */
  readonly period: number;
  /** What it carries. */
  readonly data: Shape<Data>;
  /** One such value, for the reference. */
  readonly example: Data;
  /** That `welcome` does not name it. */
  readonly unlisted?: true;
  /** The node's method whose answers it carries as they are; without it a source of its own makes its values. */
  readonly method?: string;
}
