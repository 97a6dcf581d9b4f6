/** What a worker is started with, before its first batch. */
export interface WorkerSetup {
  /** Without it the worker cannot sign. */
  readonly seed: Uint8Array | undefined;
}

/** One piece of work for a crypto worker. */
export type CryptoJob =
  | {
    readonly kind: "verify";
    readonly text: string;
    readonly signatureHex: string;
    readonly address: string;
  }
  | { readonly kind: "sign"; readonly text: string };

/** What came of a job: whether the signature is valid, the signature made, or why there is none. */
export type CryptoOutcome = boolean | string | { readonly failure: string };

/** Messages to a worker: its setup once, then batches, answered by arrays of outcomes in the same order. */
export type WorkerMessage = WorkerSetup | readonly CryptoJob[];
