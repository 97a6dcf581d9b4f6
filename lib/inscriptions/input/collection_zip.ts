import { InscriptionError } from "../errors.ts";
import { checkMetadata, maxMetadataSize } from "./metadata.ts";

/** Most bytes of an archive that is looked into. */
export const maxArchiveSize = 2 * 1024 * 1024;
const maxEntries = 500;
const maxUnpacked = 4 * 1024 * 1024;

/** Signatures and sizes of PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16. */
const endMark = 0x06054b50;
const endSize = 22;
const entryMark = 0x02014b50;
const entrySize = 46;
const localMark = 0x04034b50;
const localSize = 30;
const longestComment = 0xffff;
const encrypted = 1;
const mostGrowth = 1024;
const stored = 0;
const deflated = 8;

/** What archivers add by themselves. */
const incidental = /\/$|^__MACOSX\/|(?:^|\/)\.DS_Store$/;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly start: number;
}

/**
 * Checks that a ZIP archive holds a collection: JSON objects, and nothing else. How much there is to unpack is known before
 * any of it is.
 *
 * @throws {InscriptionError} `unsupported_type`, `too_large`, `invalid_request`
 */
export async function checkCollectionZip(archive: Uint8Array): Promise<void> {
  const entries = readEntries(archive).filter(({ name }) => !incidental.test(name));
  if (entries.length === 0) refuse("the archive holds no JSON");
  const strange = entries.find(({ name }) => !/\.json$/i.test(name));
  if (strange !== undefined) {
    refuse(`the archive holds ${strange.name.slice(0, 80)}, expected .json files alone`);
  }
  const large = entries.find(({ unpacked }) => unpacked > maxMetadataSize);
  if (large !== undefined) tooLarge(`${large.name.slice(0, 80)} has more than ${maxMetadataSize} bytes`);
  const total = entries.reduce((sum, { unpacked }) => sum + unpacked, 0);
  if (total > maxUnpacked) tooLarge(`the archive holds more than ${maxUnpacked} bytes`);
  for (const entry of entries) {
    checkMetadata(parse(await unpack(archive, entry), entry.name), entry.name.slice(0, 80));
  }
}

function readEntries(archive: Uint8Array): Entry[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  if (count > maxEntries) tooLarge(`the archive holds ${count} files, at most ${maxEntries} are taken`);
  const entries: Entry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let index = 0; index < count; index++) {
    if (at + entrySize > end || view.getUint32(at, true) !== entryMark) refuse("the archive is damaged");
    if ((view.getUint16(at + 8, true) & encrypted) !== 0) refuse("the archive is encrypted");
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const nameStart = at + entrySize;
    entries.push({
      name: new TextDecoder().decode(archive.subarray(nameStart, nameStart + (name ?? 0))),
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      unpacked: view.getUint32(at + 24, true),
      start: view.getUint32(at + 42, true),
    });
    at = nameStart + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return entries;
}

function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - endSize - longestComment);
  for (let at = view.byteLength - endSize; at >= first; at--) {
    if (view.getUint32(at, true) === endMark) return at;
  }
  return refuse("the archive has no end");
}

async function unpack(
  archive: Uint8Array,
  { name, method, packed, unpacked, start }: Entry,
): Promise<Uint8Array> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  if (start + localSize > archive.length || view.getUint32(start, true) !== localMark) {
    refuse("the archive is damaged");
  }
  const data = start + localSize + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
  const bytes = archive.subarray(data, data + packed);
  // What is packed grows by some bytes at most, so that many entries cannot share one large piece of it.
  const isDamaged = bytes.length < packed || packed > unpacked + (method === stored ? 0 : mostGrowth);
  if (isDamaged) refuse("the archive is damaged");
  if (method === stored) return bytes;
  if (method !== deflated) refuse(`${name.slice(0, 80)} is packed in a way that is not known`);
  return await inflate(bytes, unpacked, name);
}

/** What was packed, as far as it is as long as the archive says. */
async function inflate(bytes: Uint8Array, length: number, name: string): Promise<Uint8Array> {
  const whole = new Uint8Array(length);
  let filled = 0;
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  try {
    for await (const piece of stream) {
      if (filled + piece.length > length) {
        return refuse(`${name.slice(0, 80)} is larger than the archive says`);
      }
      whole.set(piece, filled);
      filled += piece.length;
    }
  } catch (error) {
    if (error instanceof InscriptionError) throw error;
    return refuse("the archive is damaged");
  }
  return whole.subarray(0, filled);
}

function parse(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return refuse(`${name.slice(0, 80)} in the archive is not JSON`);
  }
}

function refuse(problem: string): never {
  throw new InscriptionError("unsupported_type", `Cannot inscribe collection: ${problem}`);
}

function tooLarge(problem: string): never {
  throw new InscriptionError("too_large", `Cannot inscribe collection: ${problem}`);
}
