/** What a package is made of. */
interface ModuleGraph {
  /** Below the repository. */
  readonly files: readonly string[];
  /** Names of packages of npm. */
  readonly dependencies: readonly string[];
}

interface Info {
  readonly modules: readonly { readonly specifier: string; readonly error?: string }[];
}

/** All that these modules import, and what they import. */
export async function moduleGraph(root: string, entries: readonly string[]): Promise<ModuleGraph> {
  const found = (await Promise.all(entries.map((entry) => modulesOf(root, entry)))).flat();
  const base = `file://${root}/`;
  const files = found.filter((specifier) => specifier.startsWith(base)).map((name) =>
    name.slice(base.length)
  );
  const dependencies = found.flatMap((specifier) => packageOf(specifier) ?? []);
  return { files: distinct(files), dependencies: distinct(dependencies) };
}

async function modulesOf(root: string, entry: string): Promise<string[]> {
  const args = ["info", "--json", entry];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: root, stderr: "null" })
    .output();
  if (!success) throw new Error(`Cannot tell what ${entry} imports`);
  const { modules }: Info = JSON.parse(new TextDecoder().decode(stdout));
  return modules.map(({ specifier, error }) => {
    if (error !== undefined) throw new Error(`Cannot pack ${specifier}: ${error}`);
    return specifier;
  });
}

function packageOf(specifier: string): string | undefined {
  return /^npm:\/?(@[^/]+\/[^@/]+|[^@/]+)@/.exec(specifier)?.[1];
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
