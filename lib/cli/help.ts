import { describeOptions, type OptionDescription } from "../config/mod.ts";
import type { Usage } from "./command.ts";
import { wrap } from "./text.ts";

/** Characters in a line, as terminals have at least. */
const width = 80;
/** Up to which width flags and their meanings stand side by side. */
const widestColumn = 24;
/** Up to how many flags are named in the first line, where they need not be given. */
const fewFlags = 2;

/** What `--help` prints of a command. */
export function helpText(usage: Usage): string {
  const { about, closing, examples = [], actions = [], words = {} } = usage;
  const parts = [
    synopsis(usage),
    prose(about),
    rowsText(Object.entries(words), ""),
    flagsText(usage, ""),
    ...actions.map(actionText),
    closing === undefined ? "" : prose(closing),
    examples.length === 0 ? "" : `Examples:\n${examples.map((line) => `  ${line}\n`).join("")}`,
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** The ways to call a command, a line for each. */
export function callsOf(usage: Usage): readonly string[] {
  if (usage.synopsis !== undefined) return usage.synopsis;
  const described = describeOptions(usage.options);
  const required = described.filter(({ required }) => required).map(({ spelled }) => spelled);
  const others = described.filter(({ required }) => !required).map(({ spelled }) => `[${spelled}]`);
  const more = others.length > fewFlags ? ["[--FLAG=VALUE ...]"] : others;
  const first = usage.actions === undefined ? usage.operand : "ACTION";
  return [[usage.name, ...first === undefined ? [] : [first], ...required, ...more].join(" ")];
}

function synopsis(usage: Usage): string {
  const { program = "heliograph" } = usage;
  return callsOf(usage).map((call, index) => `${index === 0 ? "Usage:" : "      "} ${program} ${call}\n`)
    .join("");
}

function actionText(action: Usage): string {
  const [, call = ""] = /^\S+ (.*)$/.exec(callsOf(action)[0] ?? "") ?? [];
  const about = wrap(action.about, width - 6).map((line) => `      ${line}\n`).join("");
  return `  ${call}\n${about}${flagsText(action, "      ")}`;
}

function prose(text: string): string {
  const paragraphs = text.split("\n\n").map((paragraph) => wrap(paragraph, width).join("\n"));
  return `${paragraphs.join("\n\n")}\n`;
}

function flagsText({ options, prefix, shown }: Usage, indent: string): string {
  const described = describeOptions(options, prefix)
    .filter(({ name }) => shown === undefined || shown.includes(name));
  return rowsText(described.map((option) => [headOf(option), meaningOf(option)] as const), indent);
}

/** Words with their meanings beside them, or below them where some are long. */
function rowsText(rows: readonly (readonly [head: string, meaning: string])[], indent: string): string {
  const longest = Math.max(0, ...rows.map(([head]) => head.length));
  const column = indent.length + 2 + (longest <= widestColumn ? longest + 2 : 4);
  return rows.map(([head, meaning]) => {
    const lines = wrap(meaning, width - column, { atCommas: true });
    const below = lines.map((line) => " ".repeat(column) + line).join("\n");
    const isBeside = longest <= widestColumn;
    const start = `${indent}  ${head}`;
    return isBeside ? `${start.padEnd(column)}${below.slice(column)}\n` : `${start}\n${below}\n`;
  }).join("");
}

/** A flag as it is typed, or the variable that stands in for one. */
export function headOf({ secret, variable, spelled }: OptionDescription): string {
  return secret ? `variable ${variable}` : spelled;
}

/** What a flag means, and what it is where it is not given. */
export function meaningOf(option: OptionDescription): string {
  const { doc, required, valueless, unit, exampleIsDefault } = option;
  if (required) return `${doc} Required.`;
  if (valueless || option.default === "none") return doc;
  const measure = exampleIsDefault && unit !== undefined && unit !== "bytes" ? ` ${unit}` : "";
  return `${doc} Default: ${option.default}${measure}.`;
}
