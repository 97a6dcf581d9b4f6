import { Buffer } from "node:buffer";
import { InscriptionError } from "../errors.ts";

const alphabet = /^[A-Za-z0-9+/]+={0,2}$/;
const dataUrl = /^data:([^,;]{0,127})((?:;[^,;]{0,127}){0,4}),/;

/** A file as it came in a message. */
export interface Inline {
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
export function decodeBase64(text: string, max: number): Inline {
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
