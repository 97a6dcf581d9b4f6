import { Buffer } from "node:buffer";
import { z } from "zod";
import type { JobRequest } from "../../engine/mod.ts";
import { describeIssue } from "../../protocol/mod.ts";
import { InscriptionError } from "../errors.ts";
import { parseFileUrl } from "../fetch/target.ts";
import { checkMetadata, type Metadata } from "./metadata.ts";

const maxLength = 120;
// Controls, what directs or hides text, and what file systems or headers take as something else.
const unwanted = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}"*:<>?|]/gu;

/** A file's name without its path and without anything that could be taken for something else; null when none is left. */
function cleanFileName(name: string): string | null {
  const last = name.slice(-1024).split(/[/\\]/).pop() ?? "";
  const clean = last.normalize("NFC").replace(unwanted, "").replace(/^[.\s]+|[.\s]+$/g, "");
  return clean === "" ? null : shorten(clean);
}

/** Keeps the extension. */
function shorten(name: string): string {
  const characters = [...name];
  if (characters.length <= maxLength) return name;
  const extension = /\.[A-Za-z0-9]{1,12}$/.exec(name)?.[0] ?? "";
  return characters.slice(0, maxLength - extension.length).join("") + extension;
}

const alphabet = /^[A-Za-z0-9+/]+={0,2}$/;
const dataUrl = /^data:([^,;]{0,127})((?:;[^,;]{0,127}){0,4}),/;

/** A file as it came in a message. */
interface Inline {
  readonly bytes: Uint8Array;
  /** The type that a `data:` URL names. */
  readonly mimeType: string | null;
}

/**
 * Decodes base64, bare or as a `data:` URL (RFC 2397).
 *
 * @param max most bytes, checked before anything is decoded
 * @throws {InscriptionError}
 */
function decodeBase64(text: string, max: number): Inline {
  const { data, mimeType } = splitDataUrl(text);
  const size = Math.floor(data.length / 4) * 3 - (data.endsWith("==") ? 2 : data.endsWith("=") ? 1 : 0);
  if (size > max) {
    throw new InscriptionError(
      "too_large",
      `Cannot inscribe file: it has ${size} bytes, at most ${max} are taken`,
    );
  }
  if (data.length === 0) throw new InscriptionError("invalid_request", "Cannot inscribe file: it is empty");
  if (data.length % 4 !== 0 || !alphabet.test(data)) {
    throw new InscriptionError("invalid_request", "Cannot inscribe file: its base64 is malformed");
  }
  return { bytes: Buffer.from(data, "base64"), mimeType };
}

function splitDataUrl(text: string): { data: string; mimeType: string | null } {
  if (!text.startsWith("data:")) return { data: text, mimeType: null };
  const match = dataUrl.exec(text);
  if (match === null || !match[2]?.endsWith(";base64")) {
    throw new InscriptionError("invalid_request", "Cannot inscribe file: expected a data: URL in base64");
  }
  return { data: text.slice(match[0].length), mimeType: match[1] === "" ? null : match[1] ?? null };
}

/** Most bytes of a file that comes within its request. */
export const maxFileSize = 2 * 1024 * 1024;
/** Most bytes of a file that is fetched. */
export const maxUrlFileSize = 100 * 1024 * 1024;

/** A file to inscribe: its bytes, or where they are. */
export type FileSource =
  & ({ readonly bytes: Uint8Array } | { readonly url: URL })
  & { readonly name: string | null; readonly declaredType: string | null };

/** What a client asks for, checked. */
export interface StartRequest {
  readonly file: FileSource;
  readonly job: JobRequest;
  readonly metadata: Metadata | URL | null;
  /** The client's name for this request, by which a repetition is known. */
  readonly requestId: string | null;
}

const optional = <T extends z.ZodType>(type: T) => type.nullish().transform((value) => value ?? null);
const name = optional(z.string().max(4096));
const mimeType = optional(z.string().max(256));
const url = z.string().max(4096);
// Longer than any file that is taken, so that what is too long is refused for its size.
const base64 = z.string();

const socketFile = z.discriminatedUnion("type", [
  z.object({ type: z.literal("base64"), base64, fileName: name, mimeType }),
  z.object({ type: z.literal("url"), url, fileName: name, mimeType }),
]);

const fields = {
  holderId: z.string().trim().regex(
    /^\d{1,10}\.\d{1,10}\.\d{1,19}$/,
    "expected an account id such as 0.0.1001",
  ),
  mode: z.enum(["file", "upload", "bulk-files", "hashinal", "hashinal-collection"]),
  network: z.enum(["mainnet", "testnet"]).default("testnet"),
  creator: optional(z.string().max(500)),
  description: optional(z.string().max(10_000)),
  fileStandard: optional(
    z.union([z.enum(["1", "2", "6"]), z.literal([1, 2, 6])], "expected 1, 2 or 6")
      .transform((standard) => Number(standard) as 1 | 2 | 6),
  ),
  metadataObject: optional(z.unknown()),
  jsonFileURL: optional(url),
  onlyJSONCollection: z.union([z.boolean(), z.literal([0, 1]).transform(Boolean)], "expected true or false")
    .default(false),
  requestId: optional(z.string().regex(/^[\w.:-]{1,64}$/, "expected 1 to 64 letters, digits, _, ., : or -")),
};

/** What starts an inscription over Socket.IO. */
export const socketRequest = z.object({ ...fields, file: socketFile });
/** What starts an inscription over HTTP. */
export const httpRequest = z.object({
  ...fields,
  fileBase64: optional(base64),
  fileURL: optional(url),
  fileName: name,
  fileMimeType: mimeType,
});

/**
 * Reads what starts an inscription, as it is spelled over Socket.IO (`file`) or over HTTP (`fileBase64`, `fileURL`).
 * Fields that are not known are ignored. Protocol, section 5.
 *
 * @throws {InscriptionError}
 */
export function readStartRequest(body: unknown): StartRequest {
  const isSocket = typeof body === "object" && body !== null && "file" in body;
  return isSocket ? readSocketRequest(body) : readHttpRequest(body);
}

function readSocketRequest(body: unknown): StartRequest {
  const { file, ...fields } = parse(socketRequest, body);
  const described = { fileName: file.fileName, mimeType: file.mimeType };
  return normalise(
    fields,
    file.type === "url" ? linked(file.url, described) : inline(file.base64, described),
  );
}

function readHttpRequest(body: unknown): StartRequest {
  const { fileBase64, fileURL, fileName, fileMimeType, ...fields } = parse(httpRequest, body);
  const described = { fileName, mimeType: fileMimeType };
  if ((fileBase64 === null) === (fileURL === null)) {
    throw new InscriptionError("invalid_request", "Invalid request: expected either fileBase64 or fileURL");
  }
  return normalise(
    fields,
    fileURL === null ? inline(fileBase64 ?? "", described) : linked(fileURL, described),
  );
}

function parse<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new InscriptionError("invalid_request", `Invalid request: ${describeIssue(result.error)}`);
}

interface Described {
  readonly fileName: string | null;
  readonly mimeType: string | null;
}

function inline(base64: string, { fileName, mimeType }: Described): FileSource {
  const { bytes, mimeType: ofUrl } = decodeBase64(base64, maxFileSize);
  return { bytes, name: fileName && cleanFileName(fileName), declaredType: mimeType || ofUrl };
}

function linked(text: string, { fileName, mimeType }: Described): FileSource {
  const url = parseFileUrl(text);
  const ofPath = decodePath(url.pathname);
  return { url, name: cleanFileName(fileName || ofPath), declaredType: mimeType || null };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

type Fields = z.infer<z.ZodObject<typeof fields>>;

function normalise(
  { metadataObject, jsonFileURL, onlyJSONCollection: onlyJson, requestId, ...job }: Fields,
  file: FileSource,
): StartRequest {
  if (onlyJson && job.mode !== "hashinal-collection") {
    throw new InscriptionError(
      "invalid_request",
      `Invalid request: onlyJSONCollection goes with mode hashinal-collection, got ${job.mode}`,
    );
  }
  const given = metadataObject === null ? null : checkMetadata(metadataObject, "metadataObject");
  const metadata = given ?? (jsonFileURL === null ? null : parseFileUrl(jsonFileURL));
  return { file, job: { ...job, onlyJson }, metadata, requestId };
}
