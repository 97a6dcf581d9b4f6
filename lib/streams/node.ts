/** What a method is called with: by name, or in order. */
export type RpcParams = Readonly<Record<string, unknown>> | readonly unknown[];

/** Where the streams' data comes from: a chain node's JSON-RPC interface. */
export interface ChainNode {
  /** Whether what it answers is made up. */
  readonly simulated: boolean;
  /**
   * Calls a method and answers its result.
   *
   * @throws {NodeError} when there is no answer in time, none that can be read, or an error
   */
  call(method: string, params?: RpcParams): Promise<unknown>;
  /** Gives up what is under way. */
  close(): void;
}

/** The chain node failed to answer; the message says how, in words that subscribers may read. */
export class NodeError extends Error {
  override readonly name = "NodeError";

  /** @param code of the error that the node answered with, where it gave one */
  constructor(message: string, readonly code?: number) {
    super(message);
  }
}
