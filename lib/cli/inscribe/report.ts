import type { Inscription, JobResult } from "../../client/mod.ts";
import { escapeControls } from "../../telemetry/mod.ts";
import { jsonText } from "../json_text.ts";

/** Where what is in a topic is read back. */
function contentUrl(url: string, topicId: string): string {
  return `${url.replace(/^ws/, "http").replace(/\/+$/, "")}/inscriptions/content/${topicId}`;
}

/** A completed inscription, for people. */
export function describeResult(name: string, result: JobResult, url: string): string {
  const rows = [
    ["topic", result.topicId],
    ["metadata", result.jsonTopicId],
    ["registry", result.registryTopicId],
    ["transaction", result.transactionId],
    ["job", result.jobId],
    ["number", result.inscriptionNumber],
    ["content", contentUrl(url, result.topicId)],
  ] as const;
  const lines = rows.flatMap(([label, value]) =>
    value === undefined ? [] : [`  ${label.padEnd(12)} ${escapeControls(String(value))}\n`]
  );
  return `Inscribed ${name}\n${lines.join("")}`;
}

/** A completed inscription, for programs. */
export function resultJson(result: JobResult, url: string): string {
  return `${jsonText({ ...result, content: contentUrl(url, result.topicId) })}\n`;
}

/** What became of a job that was to be cancelled. */
export function describeCancelled({ id, status, error, topic_id }: Inscription): string {
  if (status === "completed") {
    return `Job ${id} had completed already: topic ${escapeControls(String(topic_id))}\n`;
  }
  return `Job ${id} has ended: ${escapeControls(error ?? status)}\n`;
}
