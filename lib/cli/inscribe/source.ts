import { type InscribeFile, type InscribeRequest, maxFileSize } from "../../client/mod.ts";
import { Failure } from "../command.ts";
import type { InscribeSettings } from "./settings.ts";

const isWebUrl = (text: string) => /^https?:\/\//i.test(text);

/** The API key. Throws a {@link Failure} when its file cannot be read. */
export async function readApiKey(key: InscribeSettings["key"]): Promise<string> {
  return "text" in key ? key.text : (await readTextFile("the API key", key.file)).trim();
}

/** The file to inscribe: at a URL, which the gateway fetches, in a file, or on standard input. Throws a {@link Failure}. */
export async function readSource(
  path: string,
  { name, mimeType }: Pick<InscribeSettings, "name" | "mimeType">,
  input: ReadableStream<Uint8Array>,
): Promise<InscribeFile> {
  if (isWebUrl(path)) return { url: path, name, mimeType };
  const bytes = await readBytes(path, path === "-" ? input : await open(path));
  const named = name ?? (path === "-" ? "stdin" : path.replace(/^.*[/\\]/, ""));
  return { bytes, name: named, mimeType: mimeType ?? typeOf(named, bytes) };
}

/** The metadata as a request carries it: from a file, or where it is. Throws a {@link Failure}. */
export async function readMetadata(
  metadata: string | undefined,
): Promise<Pick<InscribeRequest, "metadataObject" | "jsonFileURL">> {
  if (metadata === undefined) return {};
  if (isWebUrl(metadata)) return { jsonFileURL: metadata };
  return { metadataObject: parseObject(metadata, await readTextFile("metadata", metadata)) };
}

function parseObject(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (cause) {
    throw new Failure(`Cannot use metadata ${path}: it is not JSON`, 2, { cause });
  }
  throw new Failure(`Cannot use metadata ${path}: expected a JSON object`, 2);
}

/** The gateway looks at the content and the extension; text without any of these would count as unknown. */
function typeOf(name: string, bytes: Uint8Array): string | undefined {
  if (/.\.[^.]+$/.test(name) || bytes.includes(0)) return undefined;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return "text/plain";
  } catch {
    return undefined;
  }
}

async function open(path: string): Promise<ReadableStream<Uint8Array>> {
  try {
    return (await Deno.open(path)).readable;
  } catch (cause) {
    throw new Failure(`Cannot read ${path}: ${(cause as Error).message}`, 2, { cause });
  }
}

async function readTextFile(what: string, path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new Failure(`Cannot read ${what} in ${path}: ${(cause as Error).message}`, 2, { cause });
  }
}

async function readBytes(path: string, stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for await (const piece of stream) {
      size += piece.length;
      if (size > maxFileSize) break;
      pieces.push(new Uint8Array(piece));
    }
  } catch (cause) {
    throw new Failure(`Cannot read ${path}: ${(cause as Error).message}`, 2, { cause });
  }
  if (size === 0) throw new Failure(`Cannot inscribe ${path}: it is empty`, 2);
  if (size <= maxFileSize) return new Uint8Array(await new Blob(pieces).arrayBuffer());
  throw new Failure(
    `Cannot inscribe ${path}: it has more than 2 MiB, put it where the gateway can fetch it and give its URL`,
    2,
  );
}
