import { runDeno } from "../compile/run_deno.ts";
import type { Package } from "./packages.ts";

/** What writes JavaScript, types and source maps. */
const compiler = "6.0.3";

/** For browsers and Node nothing later than what Node 20 has: what a type check does not find here would fail there. */
const libraries = {
  browser: ["es2023", "esnext.disposable", "dom", "dom.iterable", "dom.asynciterable"],
  deno: ["esnext"],
} as const;

/** What is compiled. */
interface Sources {
  readonly root: string;
  readonly files: readonly string[];
  readonly entries: readonly string[];
  /** Versions of what it imports, by name. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly runtime: Package["runtime"];
}

/** Compiles sources in an empty folder; answers the folder below it with what came of them, in the same order. */
export async function emit(sources: Sources, folder: string): Promise<string> {
  const { root, files, dependencies, runtime } = sources;
  for (const file of files) await stage(root, file, `${folder}/src`);
  await write(folder, "package.json", {
    type: "module",
    dependencies,
    devDependencies: { typescript: compiler, "@types/node": "24", "@types/react": "19" },
  });
  await write(folder, "deno.json", { nodeModulesDir: "auto" });
  await write(folder, "tsconfig.json", configuration(sources));
  if (runtime === "deno") await Deno.writeTextFile(`${folder}/deno.d.ts`, await denoTypes());
  await runDeno(Deno.execPath(), ["install", "--quiet"], folder);
  await runDeno(Deno.execPath(), ["run", "--allow-all", "npm:typescript/tsc", "-p", "."], folder);
  const out = `${folder}/out`;
  for await (const path of filesBelow(out)) await nameJavaScript(path);
  return out;
}

function configuration({ entries, runtime }: Sources): object {
  return {
    compilerOptions: {
      target: "es2022",
      module: "nodenext",
      lib: libraries[runtime],
      types: runtime === "deno" ? ["node"] : [],
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      rewriteRelativeImportExtensions: true,
      declaration: true,
      sourceMap: true,
      inlineSources: true,
      rootDir: "src/lib",
      outDir: "out",
    },
    files: [...entries.map((entry) => `src/${entry}`), ...runtime === "deno" ? ["deno.d.ts"] : []],
  };
}

async function stage(root: string, file: string, to: string): Promise<void> {
  const text = await Deno.readTextFile(`${root}/${file}`);
  const target = `${to}/${file}`;
  await Deno.mkdir(target.replace(/\/[^/]*$/, ""), { recursive: true });
  // The libraries of a package for browsers have workers too.
  await Deno.writeTextFile(target, text.replace('/// <reference lib="deno.worker" />\n', ""));
}

async function denoTypes(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["types"] }).output();
  return new TextDecoder().decode(stdout);
}

/** The compiler leaves the sources' names in types, and where a worker is started. */
async function nameJavaScript(path: string): Promise<void> {
  if (!/\.(?:js|d\.ts)$/.test(path)) return;
  const text = await Deno.readTextFile(path);
  const named = text.replaceAll(/((?:from |import\(|import |new URL\()"\.{1,2}\/[^"]*)\.ts"/g, '$1.js"');
  if (named !== text) await Deno.writeTextFile(path, named);
}

/** The paths of all files in a folder and the folders in it. */
async function* filesBelow(folder: string): AsyncIterable<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* filesBelow(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}

function write(folder: string, name: string, value: object): Promise<void> {
  return Deno.writeTextFile(`${folder}/${name}`, JSON.stringify(value, null, 2));
}
