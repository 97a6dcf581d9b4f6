/** Writes a line at once. */
export function tell(line: string, output: { writeSync(bytes: Uint8Array): number } = Deno.stdout): void {
  output.writeSync(new TextEncoder().encode(`${line}\n`));
}

/**
 * Does a script's work in the repository's root, or tells how it is used. Ends the process: with 1 where it failed, with 2 where
 * a TypeError says that it was called wrongly.
 */
export async function runScript(
  usage: string,
  work: (root: string, args: string[]) => Promise<void>,
): Promise<never> {
  if (Deno.args.includes("--help")) {
    tell(usage.trimEnd());
    Deno.exit(0);
  }
  try {
    await work(await Deno.realPath(`${import.meta.dirname}/..`), Deno.args);
    Deno.exit(0);
  } catch (error) {
    tell((error as Error).message, Deno.stderr);
    Deno.exit(error instanceof TypeError ? 2 : 1);
  }
}
