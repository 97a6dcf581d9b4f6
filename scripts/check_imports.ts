import { judgeFile, judgeImport } from "./import_rules.ts";
import { scanImports } from "./import_scanner.ts";

/** What {@link checkTree} found. */
export interface Verdict {
  readonly files: number;
  /** `FILE:LINE: what, which rule`, in the order of files and lines. */
  readonly violations: readonly string[];
}

const roots = ["lib", "main.ts", "routes", "scripts", "tests"];

async function* modulesBelow(root: string, path: string): AsyncGenerator<string> {
  const entries = await Array.fromAsync(Deno.readDir(`${root}/${path}`));
  for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const below = path === "" ? name : `${path}/${name}`;
    if (path === "" && !roots.includes(name)) continue;
    if (isDirectory) yield* modulesBelow(root, below);
    else if (/\.tsx?$/.test(name)) yield below;
  }
}

function checkModule(path: string, text: string): string[] {
  const imports = scanImports(text).map(({ specifier, line }) => ({
    line,
    broken: judgeImport(path, specifier),
  }));
  const all = [{ line: 1, broken: judgeFile(path, text) }, ...imports];
  return all.filter(({ broken }) => broken !== undefined).map(({ line, broken }) =>
    `${path}:${line}: ${broken}`
  );
}

/** Holds every module below `root` against the rules of the house. */
export async function checkTree(root: string): Promise<Verdict> {
  const violations: string[] = [];
  let files = 0;
  for await (const path of modulesBelow(root, "")) {
    files++;
    violations.push(...checkModule(path, await Deno.readTextFile(`${root}/${path}`)));
  }
  return { files, violations };
}

async function main(): Promise<number> {
  const { files, violations } = await checkTree(".");
  const report = violations.length === 0 ? `${files} files, rules hold\n` : `${violations.join("\n")}\n`;
  await new Blob([report]).stream().pipeTo(Deno.stdout.writable);
  return violations.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
