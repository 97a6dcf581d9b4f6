/**
 * The commit of a checkout, abbreviated, after the tag if there is one, with `-dirty` where files have changed.
 * `unknown` without git or outside a repository, as in a source archive; `HELIOGRAPH_COMMIT` then says what it is.
 */
export async function describeCommit(root: string): Promise<string> {
  return Deno.env.get("HELIOGRAPH_COMMIT") || await askGit(root) || "unknown";
}

async function askGit(cwd: string): Promise<string> {
  try {
    const args = ["describe", "--always", "--dirty", "--tags", "--abbrev=10"];
    const { stdout } = await new Deno.Command("git", { args, cwd, stderr: "null" }).output();
    return new TextDecoder().decode(stdout).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
