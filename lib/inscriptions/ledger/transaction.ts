import { Buffer } from "node:buffer";

/** A Hedera transaction id's parts. */
interface TransactionId {
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

/** What a prepared transaction says. */
interface Transfer {
  /** Account that pays, as `0.0.N`. */
  readonly payer: string;
  /** Beginning of its validity. */
  readonly seconds: number;
  readonly nanos: number;
  readonly memo: string;
}

const node = [0, 0, 3] as const;
const maxFee = 100_000_000;
const validSeconds = 120;

/**
 * Base64 of a Hedera `TransactionList` with one unsigned crypto transfer that moves nothing, so that executing it on a
 * real network costs its fee at most. Field numbers are those of Hedera's protobuf files `transaction_list.proto`,
 * `transaction_body.proto` and `basic_types.proto`.
 */
export function transferBytes({ payer, seconds, nanos, memo }: Transfer): string {
  const transactionId = message(
    field(1, message(number(1, seconds), number(2, nanos))),
    field(2, account(payer.split(".").map(Number))),
  );
  const noTransfers = field(1, message());
  const body = message(
    field(1, transactionId),
    field(2, account(node)),
    number(3, maxFee),
    field(4, number(1, validSeconds)),
    field(6, Buffer.from(memo)),
    field(14, noTransfers),
  );
  const signed = message(field(1, body), field(2, message()));
  return message(field(1, field(5, signed))).toString("base64");
}

function account([shard = 0, realm = 0, number_ = 0]: readonly number[]): Buffer {
  return message(number(1, shard), number(2, realm), number(3, number_));
}

function message(...fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields);
}

/** A field of varint type; 0 is left out as the default. */
function number(field: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.concat([varint(field * 8), varint(value)]);
}

/** A field of bytes, which strings and messages are too. */
function field(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(value.length), value]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(rest % 128 + 128);
  return Buffer.from([...bytes, rest]);
}
