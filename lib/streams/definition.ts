import type { ChainNode } from "./node.ts";

/** What a stream is made from. */
export interface StreamDefinition {
  readonly name: string;
  /** Milliseconds from one poll to the next. */
  readonly period: number;
  /** Its values are worth nothing after a restart, or on another server: they are kept in memory alone. */
  readonly isFleeting?: true;
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
  /**
   * Takes over what was published by an earlier run, or by another server of the store, after what this source knows.
   * What its last poll answered was not published, unless it is among that.
   *
   * @param published oldest first
   * @param offset how many were published in all
   */
  recover?(published: readonly unknown[], offset: number): void;
}

/** A source whose every answer takes the place of the one before. */
export function latestOf<T>(ask: () => Promise<T>): StreamSource {
  let latest: unknown;
  return {
    async poll() {
      latest = await ask();
      return [latest];
    },
    current: () => latest,
    recover(published) {
      latest = published.at(-1) ?? latest;
    },
  };
}
