/**
 * The version by Semantic Versioning: that of the tag `vX.Y.Z` of the commit, between two tags a `-dev.N` of the next patch, N
 * commits after the first, and without tags one of the version in deno.json. `HELIOGRAPH_VERSION` names another.
 */
export async function readVersion(root: string): Promise<string> {
  const named = Deno.env.get("HELIOGRAPH_VERSION");
  if (named !== undefined && named !== "") return checked(named);
  const { version } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  return versionFrom(await describe(root), version);
}

/** The version from what `git describe --tags --long` says, `v1.2.3-4-gabcdef`; undefined: there is no tag. */
export function versionFrom(described: string | undefined, first: string): string {
  if (described === undefined) return `${checked(first)}-dev`;
  const [, tag = "", count = ""] = /^v(.+)-(\d+)-g[0-9a-f]+$/.exec(described) ?? [];
  const version = checked(tag);
  if (count === "0") return version;
  const [core = "", prerelease] = version.split(/-(.*)/);
  if (prerelease !== undefined) return `${core}-${prerelease}.dev.${count}`;
  const [major, minor, patch] = core.split(".").map(Number);
  return `${major}.${minor}.${(patch ?? 0) + 1}-dev.${count}`;
}

function checked(version: string): string {
  if (/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/.test(version)) return version;
  throw new TypeError(`Cannot use version "${version}", expected one such as 1.2.3 or 1.2.3-rc.1`);
}

async function describe(cwd: string): Promise<string | undefined> {
  try {
    const args = ["describe", "--tags", "--long", "--match", "v[0-9]*"];
    const { success, stdout } = await new Deno.Command("git", { args, cwd, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
