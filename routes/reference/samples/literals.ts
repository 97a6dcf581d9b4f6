import type { Json } from "../../../lib/protocol/mod.ts";

/** Code that is put into an example as it is, among values of JSON. */
export class Code {
  constructor(readonly text: string) {}
}

/** A value of JSON in which some values come from code. */
export type Writable = Json | Code | { readonly [key: string]: Writable };

/** Columns up to which a value stays on its line. */
const width = 76;

interface Dialect {
  readonly word: (value: string | number | boolean | null) => string;
  readonly key: (name: string) => string;
  readonly spaced: boolean;
}

const typescript: Dialect = {
  word: (value) => JSON.stringify(value),
  key: (name) => /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name),
  spaced: true,
};
const python: Dialect = {
  word: (value) =>
    value === null ? "None" : value === true ? "True" : value === false ? "False" : JSON.stringify(value),
  key: (name) => JSON.stringify(name),
  spaced: false,
};

/** A value as TypeScript writes it; what is too wide for a line is indented by so many columns and more. */
export function inTypeScript(value: Writable, indent = 0): string {
  return write(value, typescript, indent);
}

/** A value as Python writes it. */
export function inPython(value: Writable, indent = 0): string {
  return write(value, python, indent);
}

/** A text that a shell passes on as it is. */
export function inShell(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function write(value: Writable, dialect: Dialect, indent: number): string {
  if (value instanceof Code) return value.text;
  if (typeof value !== "object" || value === null) return dialect.word(value);
  const isList = Array.isArray(value);
  const members = (inner: number) =>
    isList
      ? value.map((member: Writable) => write(member, dialect, inner))
      : Object.entries(value as { readonly [key: string]: Writable }).map(([name, member]) =>
        `${dialect.key(name)}: ${write(member, dialect, inner)}`
      );
  const [open, close] = isList ? "[]" : "{}";
  const flat = members(indent);
  const space = dialect.spaced && !isList && flat.length > 0 ? " " : "";
  const line = `${open}${space}${flat.join(", ")}${space}${close}`;
  if (!line.includes("\n") && indent + line.length <= width) return line;
  const pad = " ".repeat(indent);
  return `${open}\n${members(indent + 2).map((member) => `${pad}  ${member},\n`).join("")}${pad}${close}`;
}
