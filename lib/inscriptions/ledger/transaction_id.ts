/** A Hedera transaction id's parts. */
export interface TransactionId {
  /** As `0.0.N`. */
  readonly account: string;
  readonly seconds: number;
  readonly nanos: number;
}

const spelling = /^(\d+\.\d+\.\d+)(?:@(\d{1,12})\.|-(\d{1,12})-)(\d{1,9})$/;

/** `0.0.ACCOUNT@SECONDS.NANOS`, nanoseconds with nine digits. */
export function formatTransactionId({ account, seconds, nanos }: TransactionId): string {
  return `${account}@${seconds}.${String(nanos).padStart(9, "0")}`;
}

/** Reads `0.0.5@123.456` and `0.0.5-123-456`; undefined when it is neither. The nanoseconds are a number, not a fraction. */
export function parseTransactionId(text: string): TransactionId | undefined {
  const match = spelling.exec(text);
  if (match === null) return undefined;
  const [, account = "", seconds = match[3], , nanos] = match;
  return { account, seconds: Number(seconds), nanos: Number(nanos) };
}
