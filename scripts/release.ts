import { parseArgs } from "node:util";
import { describeCommit } from "./compile/commit.ts";
import { type Target, targets } from "./compile/targets.ts";
import { pack } from "./pack/pack.ts";
import { packages } from "./pack/packages.ts";
import { assemble } from "./release/assemble.ts";
import { sbomOf } from "./release/sbom.ts";
import { signerOf, throwawaySigner } from "./release/signing.ts";
import { runScript, tell } from "./run_script.ts";
import { readVersion } from "./version.ts";

const usage = `Usage: deno task release [--final] [--out=FOLDER] [--targets=TARGET,...]

Makes a release in dist/release/VERSION: binaries for the targets whose runtimes can be had, the packages for npm, a list
of components (CycloneDX), checksums, a signed manifest, and install.sh, which checks them. Publishes nothing.

Without --final it is a try: of any commit, signed by a key that is thrown away. With it, the commit must have a tag such
as v1.2.3 and no changes, every target must be made, and HELIOGRAPH_RELEASE_KEY must hold a P-256 private key in PEM.

  DENORT_FOLDER   runtimes for other targets, each named denort-TARGET, in place of downloads
`;

interface Flags {
  readonly final: boolean;
  readonly out: string | undefined;
  readonly wanted: readonly Target[];
}

function readFlags(args: string[]): Flags {
  const options = {
    final: { type: "boolean" },
    out: { type: "string" },
    targets: { type: "string" },
  } as const;
  const { final = false, out, targets: named } = parseArgs({ args, options }).values;
  if (named === undefined) return { final, out, wanted: targets };
  const names = named === "" ? [] : named.split(",");
  const unknown = names.find((name) => !(targets as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`Cannot make "${unknown}", expected some of ${targets.join(", ")}`);
  }
  return { final, out, wanted: names as Target[] };
}

async function release(root: string, { final, out, wanted }: Flags): Promise<string> {
  const [version, commit] = [await readVersion(root), await describeCommit(root)];
  const key = Deno.env.get("HELIOGRAPH_RELEASE_KEY") ?? "";
  if (final) assertFinal(version, commit, key);
  const signer = final ? await signerOf(key) : await throwawaySigner();
  const folder = out ?? `${root}/dist/release/${version}`;
  await Deno.mkdir(folder, { recursive: true });
  for (const target of wanted) await makeBinary(root, target, folder, final);
  for (const made of packages) tell(await pack(root, made, version, folder));
  await Deno.writeTextFile(
    `${folder}/sbom.cdx.json`,
    JSON.stringify(await components(root, version), null, 2),
  );
  const installer = await Deno.readTextFile(`${root}/scripts/release/install.sh`);
  await assemble(folder, { version, commit, signer, installer: installer.replaceAll("@VERSION@", version) });
  return folder;
}

function assertFinal(version: string, commit: string, key: string): void {
  if (version.includes("-dev") || version.includes(".dev.")) {
    throw new TypeError(`Cannot release ${version}: the commit has no tag such as v1.2.3`);
  }
  if (commit.endsWith("-dirty")) throw new TypeError("Cannot release: files have changed since the commit");
  if (key === "") throw new TypeError("Cannot release: HELIOGRAPH_RELEASE_KEY holds no key");
}

/** A target without a runtime is left out of a try, and ends a release. */
async function makeBinary(root: string, target: Target, folder: string, final: boolean): Promise<void> {
  const named = Deno.env.get("DENORT_FOLDER");
  const args = ["run", "--allow-all", `${root}/scripts/compile.ts`, `--target=${target}`];
  const env: Record<string, string> = named === undefined ? {} : { DENORT_BIN: `${named}/denort-${target}` };
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, env, cwd: root }).output();
  const name = `heliograph-${target}${target.includes("windows") ? ".exe" : ""}`;
  if (success) {
    await Deno.copyFile(`${root}/dist/${name}`, `${folder}/${name}`);
    return tell(name);
  }
  const reason = new TextDecoder().decode(stderr).trim();
  if (final) throw new Error(`Cannot release without ${name}: ${reason}`);
  tell(`without ${name}: ${reason.split("\n")[0]}`);
}

async function components(root: string, version: string): Promise<object> {
  const args = ["info", "--json", "main.ts"];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: root, stderr: "null" }).output();
  const info = JSON.parse(new TextDecoder().decode(stdout));
  const lock = JSON.parse(await Deno.readTextFile(`${root}/deno.lock`));
  const { license } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  return sbomOf({ name: "heliograph", version, license, info, lock });
}

await runScript(usage, async (root, args) => tell(await release(root, readFlags(args))));
