/** Prometheus' own checker, or why it is not to be had. */
export const promtool: { readonly missing: string | undefined } = { missing: await findProblem() };

/** Runs promtool and answers what it said. */
export async function runPromtool(
  args: readonly string[],
  input = "",
): Promise<{ success: boolean; output: string }> {
  const command = new Deno.Command("promtool", {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { success, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

async function findProblem(): Promise<string | undefined> {
  try {
    await new Deno.Command("promtool", { args: ["--version"], stdout: "null", stderr: "null" }).output();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return "promtool of Debian's package prometheus is not installed";
    }
    throw error;
  }
}
