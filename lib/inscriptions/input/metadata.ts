import type { JobRequest, StoredFile } from "../../engine/mod.ts";
import { InscriptionError } from "../errors.ts";

/** An inscription's metadata: a JSON object. */
export type Metadata = { readonly [field: string]: unknown };

/** Most bytes of metadata as JSON. */
export const maxMetadataSize = 256 * 1024;
const maxDepth = 16;
const maxValues = 20_000;

/**
 * Checks that a value is a JSON object, of bounded depth and size.
 *
 * @throws {InscriptionError}
 */
export function checkMetadata(value: unknown, name: string): Metadata {
  if (!isObject(value)) refuse(`${name} is not an object`);
  checkValues(value, name);
  const size = new TextEncoder().encode(JSON.stringify(value)).length;
  if (size > maxMetadataSize) {
    throw new InscriptionError(
      "too_large",
      `Cannot inscribe metadata: ${name} has ${size} bytes, at most ${maxMetadataSize} are taken`,
    );
  }
  return value;
}

function isObject(value: unknown): value is Metadata {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  // What came as a binary attachment is an object too, but not one of JSON.
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function checkValues(root: Metadata, name: string): void {
  let level: readonly unknown[] = [root];
  let count = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) refuse(`${name} is nested more than ${maxDepth} deep`);
    count += level.length;
    if (count > maxValues) refuse(`${name} has more than ${maxValues} values`);
    level = level.flatMap((value) => childrenOf(value, name));
  }
}

function childrenOf(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (isObject(value)) return Object.values(value);
  if (value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value)) return [];
  return refuse(`${name} holds something that is not JSON`);
}

function refuse(problem: string): never {
  throw new InscriptionError("invalid_request", `Cannot inscribe metadata: ${problem}`);
}

/**
 * The metadata of an inscription as it goes to the ledger (HIP-412): what was given, with what is missing taken from the
 * request, and with `image` always leading to the file's topic.
 */
export function inscriptionJson(
  { metadata, request, file, topicId }: {
    metadata: Metadata;
    request: JobRequest;
    file: StoredFile;
    topicId: string;
  },
): Metadata {
  return {
    name: file.name,
    creator: request.creator ?? "",
    description: request.description ?? "",
    type: file.mimeType,
    properties: {},
    format: "HIP412@2.0.0",
    ...metadata,
    image: fileReference(topicId),
  };
}

/** How other inscriptions refer to a file's topic. HCS-1. */
export function fileReference(topicId: string): string {
  return `hcs://1/${topicId}`;
}
