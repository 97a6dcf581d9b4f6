import { z } from "zod";
import { describeIssue } from "../../protocol/mod.ts";
import type { JobRequest } from "../../engine/mod.ts";
import { InscriptionError } from "../errors.ts";
import { parseFileUrl } from "../fetch/target.ts";
import { decodeBase64 } from "./base64.ts";
import { cleanFileName } from "./file_name.ts";
import { checkMetadata, type Metadata } from "./metadata.ts";

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
