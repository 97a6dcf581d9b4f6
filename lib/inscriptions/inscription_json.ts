import type { JobRequest, StoredFile } from "../engine/mod.ts";
import type { Metadata } from "./input/metadata.ts";

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
