import { emit } from "./emit.ts";
import { moduleGraph } from "./module_graph.ts";
import type { Package } from "./packages.ts";

interface Manifest {
  readonly license: string;
  readonly imports: Readonly<Record<string, string>>;
}

/** Writes a package's tarball into `out`, as `npm pack` would, and answers its name. */
export async function pack(root: string, made: Package, version: string, out: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "heliograph-pack-" });
  try {
    const manifest: Manifest = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
    const entries = [...Object.values(made.exports), ...made.workers];
    const { files, dependencies } = await moduleGraph(root, entries);
    const versions = Object.fromEntries(dependencies.map((name) => [name, versionOf(name, manifest)]));
    const emitted = await emit(
      { root, files, entries, dependencies: versions, runtime: made.runtime },
      folder,
    );
    // A tarball of npm holds one folder of this name.
    const packed = `${folder}/package`;
    await Deno.rename(emitted, packed);
    await Deno.writeTextFile(
      `${packed}/package.json`,
      JSON.stringify(packageJson(made, version, versions, manifest.license), null, 2),
    );
    await Deno.copyFile(`${root}/${made.folder}/README.md`, `${packed}/README.md`);
    await Deno.copyFile(`${root}/LICENSE`, `${packed}/LICENSE`);
    await Deno.mkdir(out, { recursive: true });
    const name = `${made.name.slice(1).replace("/", "-")}-${version}.tgz`;
    await archive(folder, `${out}/${name}`);
    return name;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** As the import map pins it. */
function versionOf(name: string, { imports }: Manifest): string {
  const pinned = Object.values(imports).find((specifier) => specifier.startsWith(`npm:${name}@`));
  const version = /^npm:(?:@[^/]+\/)?[^@]+@([^/]+)/.exec(pinned ?? "")?.[1];
  if (version === undefined) {
    throw new Error(`Cannot pack ${name}: the import map of deno.json does not pin it`);
  }
  return version;
}

function packageJson(
  { name, description, keywords, exports, workers, optionalPeers, engines }: Package,
  version: string,
  versions: Readonly<Record<string, string>>,
  license: string,
): object {
  const dependencies = Object.entries(versions).filter(([name]) => !(name in optionalPeers));
  return {
    name,
    version,
    description,
    keywords,
    license,
    type: "module",
    engines,
    sideEffects: workers.map(built),
    exports: Object.fromEntries(
      Object.entries(exports).map(([path, module]) => [path, {
        types: built(module).replace(/\.js$/, ".d.ts"),
        default: built(module),
      }]),
    ),
    dependencies: Object.fromEntries(dependencies.map(([name, version]) => [name, `^${version}`])),
    peerDependencies: optionalPeers,
    peerDependenciesMeta: Object.fromEntries(
      Object.keys(optionalPeers).map((name) => [name, { optional: true }]),
    ),
  };
}

/** Where a module of the repository stands in the package. */
function built(module: string): string {
  return module.replace(/^lib\//, "./").replace(/\.ts$/, ".js");
}

async function archive(folder: string, path: string): Promise<void> {
  const args = ["-czf", path, "-C", folder, "package"];
  const { success, stderr } = await new Deno.Command("tar", { args }).output();
  if (!success) throw new Error(`Cannot write ${path}: ${new TextDecoder().decode(stderr).trim()}`);
}
