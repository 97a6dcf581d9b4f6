import type { ChainNode } from "./node.ts";

/** What a stream is made from. */
export interface StreamDefinition {
  readonly name: string;
  /** Milliseconds from one poll to the next. */
  readonly period: number;
  /** A source of its own for one gateway, which may remember what it has seen. */
  open(node: ChainNode): StreamSource;
}

/** Asks the node for a stream's data. */
export interface StreamSource {
  /**
   * Asks once.
   *
   * @returns what to publish, oldest first: usually one value; none when there is nothing new
   * @throws {NodeError} when the node does not answer, or answers nonsense
   */
  poll(): Promise<readonly unknown[]>;
  /** What somebody who comes now should see first; undefined before the first poll that succeeded. */
  current(): unknown;
}
