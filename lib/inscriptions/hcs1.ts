import { Buffer } from "node:buffer";
import type { StoredFile } from "../engine/mod.ts";

/** What decides how a file is cut into messages. */
type Payload = Pick<StoredFile, "mimeType" | "payloadSize">;

// With `{"o":` ... `,"c":"` ... `"}` around it a message stays within the 1,024 bytes that Hedera takes.
const chunkLength = 1000;
/** Bytes in a chunk that holds nothing else: base64 makes four characters of three. */
const chunkBytes = chunkLength / 4 * 3;

/** The memo of a file's topic: its SHA-256 in hex, how it is compressed, how it is encoded. HCS-1. */
export function memoOf({ hash }: Pick<StoredFile, "hash">): string {
  return `${hash}:brotli:base64`;
}

/** The hash that a memo names; undefined when it is not one of {@link memoOf}. */
export function hashOfMemo(memo: string): string | undefined {
  return /^([\da-f]{64}):brotli:base64$/.exec(memo)?.[1];
}

/** How many messages hold the payload. */
export function messageCount({ mimeType, payloadSize }: Payload): number {
  return 1 + Math.ceil(Math.max(0, payloadSize - firstBytes(mimeType)) / chunkBytes);
}

/** Which bytes of the payload a message holds; `order` counts from 0. */
export function bytesOf(mimeType: string, order: number): { from: number; to: number } {
  const first = firstBytes(mimeType);
  if (order === 0) return { from: 0, to: first };
  const from = first + (order - 1) * chunkBytes;
  return { from, to: from + chunkBytes };
}

/** A message; the chunks of all of them together are the file as a `data:` URL. HCS-1. */
export function encodeMessage(mimeType: string, order: number, bytes: Uint8Array): string {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  return `{"o":${order},"c":"${order === 0 ? prefix(mimeType) : ""}${data}"}`;
}

/** The bytes in a message, which has to be the one with that order. Throws a `SyntaxError` when it is not. */
export function decodeMessage(message: string, order: number): Uint8Array {
  const match = /^\{"o":(\d{1,9}),"c":"(?:data:[^,"]{1,200};base64,)?([A-Za-z0-9+/]*={0,2})"\}$/.exec(
    message,
  );
  if (Number(match?.[1]) !== order) throw new SyntaxError(`expected message ${order} of a file`);
  return Buffer.from(match?.[2] ?? "", "base64");
}

function firstBytes(mimeType: string): number {
  return Math.floor((chunkLength - prefix(mimeType).length) / 4) * 3;
}

function prefix(mimeType: string): string {
  return `data:${mimeType};base64,`;
}
