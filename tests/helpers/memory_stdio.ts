import type { Stdio, Terminal } from "../../lib/cli/stdio.ts";

/** Standard streams in memory. */
export class MemoryStdio implements Stdio {
  readonly input: ReadableStream<Uint8Array>;
  printed = "";
  complained = "";

  constructor(
    input: ReadableStream<Uint8Array> | string = "",
    readonly terminal: Terminal | undefined = undefined,
  ) {
    this.input = typeof input === "string" ? new Blob([input]).stream() : input;
  }

  print(text: string): Promise<void> {
    this.printed += text;
    return Promise.resolve();
  }

  complain(text: string): Promise<void> {
    this.complained += text;
    return Promise.resolve();
  }
}
