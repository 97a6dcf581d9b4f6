import { pathToFileURL } from "node:url";
import { judgeFile, judgeImport } from "./import_rules.ts";

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

/** A module as `deno info --json` tells of it, lines counted from 0. */
interface ModuleInfo {
  readonly specifier: string;
  readonly dependencies?: readonly Dependency[];
  /** Why it could not be read. */
  readonly error?: string;
}

interface Dependency {
  readonly specifier: string;
  readonly code?: Place;
  readonly type?: Place;
}

interface Place {
  readonly span: { readonly start: { readonly line: number } };
}

/** The modules at URLs, with what each imports or exports from: statically, dynamically with a literal, or as a type. */
async function modulesAt(urls: readonly string[]): Promise<Map<string, ModuleInfo>> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(entry, urls.map((url) => `import ${JSON.stringify(url)};\n`).join(""));
    const args = ["info", "--json", "--no-config", "--no-lock", "--no-remote", "--no-npm", entry];
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    if (!success) throw new Error(`Cannot read the imports: ${new TextDecoder().decode(stderr)}`);
    const { modules }: { modules: ModuleInfo[] } = JSON.parse(new TextDecoder().decode(stdout));
    return new Map(modules.map((module) => [module.specifier, module]));
  } finally {
    await Deno.remove(entry);
  }
}

/** Holds every module below `root` against the rules of the house. */
export async function checkTree(root: string): Promise<Verdict> {
  const paths = await Array.fromAsync(modulesBelow(root, ""));
  const folder = await Deno.realPath(root);
  const urls = paths.map((path) => pathToFileURL(`${folder}/${path}`).href);
  const modules = await modulesAt(urls);
  const violations: string[] = [];
  for (const [index, path] of paths.entries()) {
    const own = judgeFile(path, await Deno.readTextFile(`${root}/${path}`));
    const { dependencies = [], error } = modules.get(urls[index] ?? "") ?? { error: "it is not told of" };
    if (error !== undefined) throw new Error(`Cannot read the imports of ${path}: ${error}`);
    const found = dependencies.map(({ specifier, code, type }) => ({
      line: ((code ?? type)?.span.start.line ?? 0) + 1,
      broken: judgeImport(path, specifier),
    }));
    const all = [{ line: 1, broken: own }, ...found.sort((a, b) => a.line - b.line)];
    violations.push(
      ...all.filter(({ broken }) => broken !== undefined).map(({ line, broken }) =>
        `${path}:${line}: ${broken}`
      ),
    );
  }
  return { files: paths.length, violations };
}

async function main(): Promise<number> {
  const { files, violations } = await checkTree(".");
  const report = violations.length === 0 ? `${files} files, rules hold\n` : `${violations.join("\n")}\n`;
  await new Blob([report]).stream().pipeTo(Deno.stdout.writable);
  return violations.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
