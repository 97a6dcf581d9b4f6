import { JobError } from "./job_error.ts";

/** Most bytes of a file that travels within its request; a larger one has to be fetched by the server. */
export const maxFileSize = 2 * 1024 * 1024;
/** Most characters of all else; the server closes connections for messages that are far too large. */
const maxFieldsLength = 256 * 1024;

/** A file to inscribe: its bytes, or where the server fetches them. */
export type InscribeFile =
  | { readonly bytes: Uint8Array; readonly name: string; readonly mimeType?: string | undefined }
  | { readonly url: string; readonly name?: string | undefined; readonly mimeType?: string | undefined };

/** What is to be inscribed. Protocol, section 5. */
export interface InscribeRequest {
  /** What is inscribed. */
  readonly file: InscribeFile;
  /** The account for which it is inscribed, such as `0.0.1001`. */
  readonly holderId: string;
  /** Default `file`. */
  readonly mode?: "file" | "upload" | "hashinal" | "hashinal-collection" | undefined;
  /** Default `testnet`. */
  readonly network?: "mainnet" | "testnet" | undefined;
  /** Who made it, for the hashinal modes. */
  readonly creator?: string | undefined;
  /** What it is, for the hashinal modes. */
  readonly description?: string | undefined;
  /** As KiloScribe's requests have it. */
  readonly fileStandard?: 1 | 2 | 6 | undefined;
  /** The metadata of hashinal modes (HIP-412), or where it is. */
  readonly metadataObject?: Readonly<Record<string, unknown>> | undefined;
  /** Where the metadata is, for the hashinal modes. */
  readonly jsonFileURL?: string | undefined;
  /** The file is a collection's JSON, inscribed without another file. */
  readonly onlyJSONCollection?: boolean | undefined;
}

/** A request as each transport spells it. */
export interface StartMessages {
  readonly socket: Readonly<Record<string, unknown>>;
  readonly http: Readonly<Record<string, unknown>>;
  /** Whether the server fetches something before it answers, which may take long. */
  readonly fetches: boolean;
}

/**
 * Spells a request for either transport. Both carry the same `requestId`, by which the server knows a repetition.
 *
 * @throws {JobError} `too_large`
 */
export function startMessages({ file, ...given }: InscribeRequest, requestId: string): StartMessages {
  const onlyJson = given.onlyJSONCollection ?? false;
  const fields = { mode: "file", network: "testnet", ...given, onlyJSONCollection: onlyJson, requestId };
  if (JSON.stringify(fields).length > maxFieldsLength) {
    throw new JobError("too_large", `Cannot inscribe: the metadata has more than ${maxFieldsLength} bytes`);
  }
  const { socket, http } = "url" in file ? linked(file) : inline(file);
  return {
    socket: { ...fields, file: socket },
    http: { ...fields, ...http, onlyJSONCollection: onlyJson ? 1 : 0 },
    fetches: "url" in file || given.jsonFileURL !== undefined,
  };
}

interface Spellings {
  readonly socket: Readonly<Record<string, unknown>>;
  readonly http: Readonly<Record<string, unknown>>;
}

function linked({ url, name: fileName, mimeType }: InscribeFile & { url: string }): Spellings {
  return {
    socket: { type: "url", url, fileName, mimeType },
    http: { fileURL: url, fileName, fileMimeType: mimeType },
  };
}

function inline({ bytes, name: fileName, mimeType }: InscribeFile & { bytes: Uint8Array }): Spellings {
  if (bytes.length > maxFileSize) {
    const limit = `at most ${maxFileSize} can be sent; larger ones are inscribed from a URL`;
    throw new JobError("too_large", `Cannot inscribe ${fileName}: it has ${bytes.length} bytes, ${limit}`);
  }
  if (bytes.length === 0) throw new JobError("invalid_request", `Cannot inscribe ${fileName}: it is empty`);
  const base64 = encodeBase64(bytes);
  return {
    socket: { type: "base64", base64, fileName, mimeType },
    http: { fileBase64: base64, fileName, fileMimeType: mimeType },
  };
}

/** In steps of whole groups of three bytes, since a call takes a bounded number of arguments. */
const step = 3 * 8192;

function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += step) {
    text += btoa(String.fromCharCode(...bytes.subarray(start, start + step)));
  }
  return text;
}
