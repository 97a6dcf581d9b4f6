import { concatBytes } from "@noble/hashes/utils.js";

/** What a subcommand reads and writes; tests hand in their own. */
export interface Stdio {
  readonly input: ReadableStream<Uint8Array>;
  /** Writes to standard output, all of it before the promise resolves. */
  print(text: string): Promise<void>;
  /** Writes to standard error likewise. */
  complain(text: string): Promise<void>;
  /** The terminal that standard output goes to; undefined: a program reads it, or a file takes it. */
  readonly terminal?: Terminal | undefined;
}

/** What people read on. */
export interface Terminal {
  readonly colours: boolean;
  /** How wide it is just now. */
  columns(): number;
}

/** The process's own streams. */
export const processStdio: Stdio = {
  get input() {
    return Deno.stdin.readable;
  },
  print: (text) => writeAll(Deno.stdout, text),
  complain: (text) => writeAll(Deno.stderr, text),
  get terminal() {
    return Deno.stdout.isTerminal() ? { colours: !Deno.noColor, columns: terminalColumns } : undefined;
  },
};

async function writeAll(target: { write(bytes: Uint8Array): Promise<number> }, text: string): Promise<void> {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(await target.write(rest));
}

/** Writes a text, all of it before it returns. */
export function writeSync(target: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(target.writeSync(rest));
}

/** Writes a text if anybody reads it. */
export function tellSync(target: { writeSync(bytes: Uint8Array): number }, text: string): void {
  try {
    writeSync(target, text);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** How large the terminal is, or is taken for where it does not tell. */
export function terminalSize(): { readonly columns: number; readonly rows: number } {
  try {
    return Deno.consoleSize();
  } catch {
    return { columns: 80, rows: 24 };
  }
}

/** How wide the terminal is. */
export function terminalColumns(): number {
  return terminalSize().columns;
}

/** The whole input as text, without a final line break. */
export async function readText(input: ReadableStream<Uint8Array>): Promise<string> {
  const lines: string[] = [];
  for await (const line of readLines(input)) lines.push(line);
  return lines.join("\n");
}

/** The lines of an input as soon as each is complete, without their line breaks. */
export async function* readLines(input: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  for await (const line of byteLines(input)) yield decoder.decode(line);
}

const lineFeed = 10;

/** The lines of an input as bytes, without their line feeds, so that one that is no text spoils no other. */
export async function* byteLines(input: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      yield concatBytes(...parts, chunk.subarray(start, end));
      parts = [];
      start = end + 1;
    }
    parts.push(chunk.slice(start));
  }
  const last = concatBytes(...parts);
  if (last.length > 0) yield last;
}
