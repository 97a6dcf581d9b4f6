import type { Shape } from "../shape.ts";

/** What the protocol says of a stream. */
export interface StreamEntry<Data = unknown> {
  /** What people call it, where the page shows it in a way of its own; else its card shows whatever it carries. */
  readonly title?: string;
  /** That it is sent when there is something new, so that its silence says nothing. */
  readonly newsOnly?: true;
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

/** A stream that the page shows in a way of its own. */
export interface TitledEntry<Data> extends StreamEntry<Data> {
  readonly title: string;
}
