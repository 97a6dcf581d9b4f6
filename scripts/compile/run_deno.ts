/** Runs a deno to its end, with more variables than there are; throws an Error with what it said when it fails. */
export async function runDeno(
  deno: string,
  args: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(deno, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", ...variables },
    stdin: "null",
  }).output();
  if (success) return;
  const said = [stderr, stdout].map(readable).filter((text) => text !== "");
  throw new Error(`deno ${args[0]} failed\n${said.join("\n")}`);
}

function readable(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/^Stack backtrace:[^]*/m, "").trim();
}
