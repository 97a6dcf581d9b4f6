import { createHash } from "node:crypto";
import type { StoredFile } from "../engine/mod.ts";
import { Brotli } from "./brotli.ts";
import { decodeMessage, hashOfMemo } from "./hcs1.ts";
import { LedgerError, type LedgerTopic } from "./ledger/ledger.ts";
import { ReadingTurns } from "./reading_turns.ts";

/** An inscribed file, read back. */
export interface Content {
  readonly mimeType: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the file, in hex. */
  readonly hash: string;
  readonly body: ReadableStream<Uint8Array>;
}

/**
 * Opens a topic's file. What is damaged within its first piece is found here, later damage ends the stream with an error;
 * the last piece is held back until all hashes are right, so that no damaged file ever comes out whole.
 *
 * @param turns in which its pieces are read, with those of other files
 * @throws {LedgerError}
 */
export async function openContent(
  topic: LedgerTopic,
  file: StoredFile,
  turns = new ReadingTurns(),
): Promise<Content> {
  const { mimeType, name, size, hash } = file;
  if (hashOfMemo(topic.memo) !== hash) throw damaged("its memo is not that of the file");
  const pieces = checkedPieces(topic, file);
  const next = () => turns.take(() => pieces.next());
  const first = await next();
  const body = ReadableStream.from((async function* () {
    try {
      for (let piece = first; !piece.done; piece = await next()) yield piece.value;
    } finally {
      await pieces.return(undefined);
    }
  })());
  return { mimeType, name, size, hash, body };
}

async function* checkedPieces(topic: LedgerTopic, file: StoredFile): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let size = 0;
  let held: Uint8Array | undefined;
  for await (const piece of pieces(topic)) {
    hash.update(piece);
    size += piece.length;
    if (size > file.size) break;
    if (held !== undefined) yield held;
    held = piece;
  }
  if (size !== file.size || hash.digest("hex") !== file.hash) throw damaged("it does not match its hash");
  if (held !== undefined) yield held;
}

async function* pieces({ messages }: LedgerTopic): AsyncGenerator<Uint8Array> {
  const decompressor = Brotli.decompressor();
  try {
    for await (const payload of grouped(messages)) yield* await decompressor.write(payload);
    yield* await decompressor.end();
  } catch (cause) {
    throw cause instanceof LedgerError ? cause : damaged("it cannot be decoded", cause);
  } finally {
    decompressor.close();
  }
}

const groupSize = 48;

/** What the messages hold, several together: a decompressor does better with larger pieces. */
async function* grouped(messages: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let order = 0;
  let group: Uint8Array[] = [];
  for await (const message of messages) {
    group.push(decodeMessage(message, order));
    order += 1;
    if (group.length < groupSize) continue;
    yield joined(group);
    group = [];
  }
  if (group.length > 0) yield joined(group);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function damaged(problem: string, cause?: unknown): LedgerError {
  return new LedgerError(`Cannot read inscription: ${problem}`, { temporary: false, cause });
}
