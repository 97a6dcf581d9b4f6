import { InscriptionError } from "../errors.ts";
import { canonicalType, typeOfName, unknownType } from "./mime_types.ts";

/** Bytes from the beginning of a file that are looked at. */
export const sniffLength = 64 * 1024;

/** Types that are containers of others, with those that they may turn out to be when one looks further. */
const refinements: Record<string, readonly string[]> = {
  "application/zip": [
    "application/vnd.android.package-archive",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "model/vnd.usdz+zip",
  ],
  "application/x-cfb": ["application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"],
  "application/xml": ["image/svg+xml", "text/html"],
  "application/postscript": [],
  "audio/mp4": ["video/mp4"],
  "video/mp4": ["audio/mp4"],
  "video/webm": ["audio/webm"],
  "video/x-matroska": ["video/webm", "audio/webm"],
  "video/mpeg": ["audio/mpeg"],
  "image/heif": ["image/heic", "image/avif"],
};

/** Types without a mark in their bytes that are not text either. */
const unmarked = ["model/stl", "application/x-tar", "application/postscript"];
const textTypes =
  /^text\/|^application\/(?:json|javascript|typescript|xml|yaml|toml|sql|rtf|x-httpd-php)$|^image\/svg\+xml$|^model\/(?:gltf\+json|obj)$/;

/**
 * The type of a file. What its bytes say wins over what is declared; where they say nothing, a declared text type is
 * believed when they are text, and anything else becomes `application/octet-stream`.
 *
 * @param head its first {@link sniffLength} bytes
 * @throws {InscriptionError} `unsupported_type`
 */
export async function detectType(
  head: Uint8Array,
  { declared, name }: { declared: string | null; name: string | null },
): Promise<string> {
  const claimed = readClaim(declared, name);
  const sniffed = await sniff(head);
  if (sniffed === undefined) return believable(claimed, head) ? claimed : unknownType;
  if (claimed === sniffed || refinements[sniffed]?.includes(claimed)) return claimed;
  const known = canonicalType(sniffed);
  if (known !== undefined) return known;
  if (claimed === unknownType) return unknownType;
  throw new InscriptionError(
    "unsupported_type",
    `Cannot inscribe file: it is ${sniffed}, declared as ${claimed}`,
  );
}

function readClaim(declared: string | null, name: string | null): string {
  const claimed = declared === null ? unknownType : canonicalType(declared);
  if (claimed === undefined) {
    throw new InscriptionError("unsupported_type", `Cannot inscribe file: type ${declared} is not supported`);
  }
  return claimed === unknownType && name !== null ? typeOfName(name) ?? unknownType : claimed;
}

async function sniff(head: Uint8Array): Promise<string | undefined> {
  // Loaded when first needed: it brings much of Node with it, for which a start would have to wait.
  const { fileTypeFromBuffer } = await import("file-type");
  try {
    const found = await fileTypeFromBuffer(head);
    return found && (canonicalType(found.mime) ?? found.mime);
  } catch {
    // A damaged container: its bytes say nothing.
    return undefined;
  }
}

function believable(claimed: string, head: Uint8Array): boolean {
  return unmarked.includes(claimed) || textTypes.test(claimed) && isText(head);
}

function isText(head: Uint8Array): boolean {
  if (head.includes(0)) return false;
  try {
    // As a stream, so that a character cut off at the end is none of its business.
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: head.length >= sniffLength });
    return true;
  } catch {
    return false;
  }
}
