import { escapeControls } from "../telemetry/mod.ts";

/**
 * A value as JSON, as `JSON.stringify` writes it, in which whatever could move a cursor or turn the writing direction is
 * escaped, as JSON lets it be.
 */
export function jsonText(
  value: unknown,
  replacer?: (key: string, value: unknown) => unknown,
  indent?: number,
): string {
  return JSON.stringify(value, replacer, indent).split("\n").map(escapeControls).join("\n");
}
