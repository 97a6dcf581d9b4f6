/** What bounds the inscriptions of one gateway. Times in milliseconds. */
export interface InscriptionSettings {
  /** Jobs that are processed at once. */
  readonly concurrency: number;
  /** Jobs that have not ended, in all and of one key. */
  readonly maxWaiting: number;
  readonly maxWaitingPerKey: number;
  /** Files that are fetched at once, in all and for one key. */
  readonly maxFetches: number;
  readonly maxFetchesPerKey: number;
  /** Jobs, and the bytes of their files, that one key may start on one UTC day. */
  readonly jobsPerDay: number;
  readonly bytesPerDay: number;
  /** A job fails after that many failures of the ledger in a row. */
  readonly maxAttempts: number;
  /** Before the second attempt; doubled before each further one, up to a minute. */
  readonly retryDelay: number;
  /** A job that is not paid by then fails. */
  readonly paymentTimeout: number;
  /** Between two looks for jobs that nobody works on any more, and for keys that were made or revoked elsewhere. */
  readonly lookInterval: number;
  /** Whether files may be fetched from addresses that are not public. */
  readonly allowPrivateUrls: boolean;
  /** After that time the local ledger takes a transaction as paid of which its client says nothing; Infinity: never. */
  readonly localPaymentDelay: number;
}

/** Where nothing else is set. */
export const defaultSettings: InscriptionSettings = {
  concurrency: 4,
  maxWaiting: 1000,
  maxWaitingPerKey: 100,
  maxFetches: 16,
  maxFetchesPerKey: 8,
  jobsPerDay: 1000,
  bytesPerDay: 2 ** 30,
  maxAttempts: 8,
  retryDelay: 1000,
  paymentTimeout: 24 * 3600 * 1000,
  lookInterval: 10_000,
  allowPrivateUrls: false,
  localPaymentDelay: 0,
};
