import type { LogRecord } from "@logtape/logtape";
import { formatTimestamp } from "../protocol/mod.ts";
import { escapeControls, mask } from "./mask.ts";

/** Makes the line of a record, with the line feed at its end. */
export type Format = (record: LogRecord) => string;

type Properties = Record<string, unknown>;

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "undefined";
}

/** The message of a template, with what may be shown of the properties. */
function messageOf({ rawMessage }: LogRecord, shown: Properties): string {
  const template = typeof rawMessage === "string" ? rawMessage : rawMessage.join("");
  return template.replace(
    /\{\{|\}\}|\{(\w+)\}/g,
    (found, name?: string) => name === undefined ? found.slice(1) : asText(shown[name]),
  );
}

const time = ({ timestamp }: LogRecord) => formatTimestamp(timestamp).replace("+00:00", "Z");
const level = (record: LogRecord) => record.level.toUpperCase();
const category = (record: LogRecord) => record.category.slice(1).join(".") || record.category.join(".");
const shownOf = (record: LogRecord) => mask(record.properties) as Properties;

/** One JSON object per record. A property that is named like one of the first four gets `_` behind its name. */
export function jsonLine(record: LogRecord): string {
  const shown = shownOf(record);
  const line: Properties = {
    time: time(record),
    level: level(record),
    category: category(record),
    message: messageOf(record, shown),
  };
  for (const [name, value] of Object.entries(shown)) {
    line[Object.hasOwn(line, name) ? `${name}_` : name] = value;
  }
  return `${escapeControls(JSON.stringify(line))}\n`;
}

function brief(value: unknown): string {
  if (typeof value === "string") return /^[\w.:/@+*<>-]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value) ?? "undefined";
}

function isError(value: unknown): value is Error {
  return value instanceof Error;
}

function errorChain(error: Error, depth = 4): string {
  const { name, message, cause } = error;
  const rest = cause === undefined || depth === 0
    ? ""
    : `, caused by ${isError(cause) ? errorChain(cause, depth - 1) : brief(mask(cause))}`;
  return `${name}: ${mask(message)}${rest}`;
}

function stackOf(error: Error): string[] {
  const frames = (error.stack ?? "").split("\n").filter((line) => line.startsWith("    at "));
  return frames.map((line) => `\n  ${escapeControls(line)}`);
}

/** Names that the template shows already are left out, and those without a value. */
function pairsOf(record: LogRecord, shown: Properties): string {
  const template = typeof record.rawMessage === "string" ? record.rawMessage : "";
  const others = Object.entries(shown)
    .filter(([name, value]) => value !== undefined && !template.includes(`{${name}}`));
  return others.map(([name, value]) => {
    const original = record.properties[name];
    return ` ${name}=${isError(original) ? JSON.stringify(errorChain(original)) : brief(value)}`;
  }).join("");
}

const colors: Record<string, number> = { TRACE: 90, DEBUG: 36, INFO: 32, WARNING: 33, ERROR: 31, FATAL: 31 };
const painted = (code: number, text: string) => text === "" ? "" : `\x1b[${code}m${text}\x1b[0m`;

/** One line per record for people, and below it the stack of errors. */
export function prettyLine(colored: boolean): Format {
  const paint = colored ? painted : (_code: number, text: string) => text;
  return (record) => {
    const [name, shown] = [level(record), shownOf(record)];
    const head = `${paint(90, time(record))} ${paint(colors[name] ?? 0, name.padEnd(7))}`;
    const where = paint(90, escapeControls(category(record)).padEnd(10));
    const text = escapeControls(messageOf(record, shown));
    const pairs = paint(90, escapeControls(pairsOf(record, shown)));
    const stacks = Object.values(record.properties).filter(isError).flatMap(stackOf).join("");
    return `${head} ${where} ${text}${pairs}${stacks}\n`;
  };
}
