/** A package of npm, as `deno info` tells of it. */
interface NpmPackage {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
}

/** What of `deno info --json` tells which packages a program has. */
interface ProgramInfo {
  readonly npmPackages: Readonly<Record<string, NpmPackage>>;
}

/** The hashes that deno.lock holds packages to. */
interface Lock {
  readonly npm: Readonly<Record<string, { readonly integrity: string }>>;
}

/** What a list of components is made of. */
interface SbomParts {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly info: ProgramInfo;
  readonly lock: Lock;
}

/** All that a program is made of, as CycloneDX 1.6: each package of npm with the hash that the lock file holds it to. */
export function sbomOf({ name, version, license, info, lock }: SbomParts): object {
  const packages = Object.entries(info.npmPackages).sort(([a], [b]) => a < b ? -1 : 1);
  const root = `pkg:generic/${name}@${version}`;
  const reference = (key: string) => {
    const found = info.npmPackages[key];
    return found === undefined ? [] : [purl(found)];
  };
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": root,
        name,
        version,
        licenses: [{ license: { id: license } }],
      },
    },
    components: distinct(packages.map(([key, { name, version }]) => ({
      type: "library",
      "bom-ref": purl({ name, version }),
      name,
      version,
      purl: purl({ name, version }),
      ...hashesOf(lock.npm[key]?.integrity ?? lock.npm[`${name}@${version}`]?.integrity),
    }))),
    dependencies: distinct([
      { "bom-ref": root, ref: root, dependsOn: [...new Set(packages.map(([, found]) => purl(found)))] },
      ...packages.map(([, found]) => ({
        "bom-ref": purl(found),
        ref: purl(found),
        dependsOn: [...new Set(found.dependencies.flatMap(reference))],
      })),
    ]).map(({ ref, dependsOn }) => ({ ref, dependsOn })),
  };
}

function purl({ name, version }: Pick<NpmPackage, "name" | "version">): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

/** One with another set of peers is the same package. */
function distinct<T extends { readonly "bom-ref": string }>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [item["bom-ref"], item])).values()];
}

function hashesOf(integrity: string | undefined): object {
  const [, content] = /^sha512-(.+)$/.exec(integrity ?? "") ?? [];
  return content === undefined
    ? {}
    : { hashes: [{ alg: "SHA-512", content: Uint8Array.fromBase64(content).toHex() }] };
}
