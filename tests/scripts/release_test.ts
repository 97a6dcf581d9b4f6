import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { assemble } from "../../scripts/release/assemble.ts";
import { sbomOf } from "../../scripts/release/sbom.ts";
import { type Signer, signerOf, throwawaySigner } from "../../scripts/release/signing.ts";
import { type Outcome, runToEnd, TemporaryFolder } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";

const root = `${import.meta.dirname}/../..`;
const binary = "heliograph-x86_64-unknown-linux-gnu";
const missing = await whyNoInstaller();

async function whyNoInstaller(): Promise<string | undefined> {
  if (Deno.build.target !== "x86_64-unknown-linux-gnu") return "only for x86-64 Linux";
  const found = await runToEnd(["sh", "-c", "command -v openssl"], { cwd: "/" });
  return found.code === 0 ? undefined : "no openssl";
}

/** A release with a binary that is a script. */
class Release implements AsyncDisposable {
  private constructor(readonly folder: TemporaryFolder, readonly signer: Signer) {}

  static async make(signer?: Signer): Promise<Release> {
    const release = new Release(await TemporaryFolder.make(), signer ?? await throwawaySigner());
    await Deno.mkdir(release.path);
    await Deno.writeTextFile(`${release.path}/${binary}`, "#!/bin/sh\necho heliograph 1.2.3\n");
    await Deno.writeTextFile(`${release.path}/sbom.cdx.json`, "{}");
    const template = await Deno.readTextFile(`${root}/scripts/release/install.sh`);
    const installer = template.replaceAll("@VERSION@", "1.2.3");
    await assemble(release.path, { version: "1.2.3", commit: "abc", signer: release.signer, installer });
    return release;
  }

  get path(): string {
    return `${this.folder.path}/release`;
  }

  get installed(): string {
    return `${this.folder.path}/bin/heliograph`;
  }

  install(): Promise<Outcome> {
    const line = ["sh", `${this.path}/install.sh`, `--from=${this.path}`, `--to=${this.folder.path}/bin`];
    return runToEnd(line, { cwd: this.folder.path });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }
}

testWith(missing, "install.sh installs what the manifest vouches for", async () => {
  await using release = await Release.make();
  const { code, stdout, stderr } = await release.install();
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, "heliograph 1.2.3 is in ");
  const ran = await runToEnd([release.installed], { cwd: release.folder.path });
  assertEquals(ran.stdout, "heliograph 1.2.3\n");
  const sums = await runToEnd(["sha256sum", "--check", "SHA256SUMS"], { cwd: release.path });
  assertEquals(sums.code, 0, sums.stdout + sums.stderr);
});

const forgeries: Record<
  string,
  { readonly forge: (release: Release) => Promise<void>; readonly says: string }
> = {
  "a changed binary": {
    forge: ({ path }) => Deno.writeTextFile(`${path}/${binary}`, "#!/bin/sh\necho mine\n"),
    says: "is not what the manifest says",
  },
  "a changed manifest": {
    async forge({ path }) {
      const text = await Deno.readTextFile(`${path}/manifest.json`);
      await Deno.writeTextFile(`${path}/manifest.json`, text.replace(/[0-9a-f]{64}/, "0".repeat(64)));
    },
    says: "signature is not by this release's key",
  },
  "a manifest by another key": {
    async forge({ path }) {
      const bytes = await Deno.readFile(`${path}/manifest.json`);
      await Deno.writeFile(`${path}/manifest.json.sig`, await (await throwawaySigner()).sign(bytes));
    },
    says: "signature is not by this release's key",
  },
  "a release of another version by the same key": {
    async forge({ path, signer }) {
      const text = (await Deno.readTextFile(`${path}/manifest.json`)).replace("1.2.3", "1.2.2");
      await Deno.writeTextFile(`${path}/manifest.json`, text);
      await Deno.writeFile(`${path}/manifest.json.sig`, await signer.sign(new TextEncoder().encode(text)));
    },
    says: "of another version than 1.2.3",
  },
};
for (const [name, { forge, says }] of Object.entries(forgeries)) {
  testWith(missing, `install.sh refuses ${name}, and leaves what is there`, async () => {
    await using release = await Release.make();
    await release.install();
    const before = await Deno.readTextFile(release.installed);
    await forge(release);
    const { code, stderr } = await release.install();
    assertEquals(code, 1);
    assertStringIncludes(stderr, says);
    assertEquals(await Deno.readTextFile(release.installed), before);
  });
}

testWith(missing, "a key that openssl has made signs", async () => {
  const line = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
  const { stdout } = await runToEnd(line, { cwd: "/" });
  await using release = await Release.make(await signerOf(stdout));
  assertEquals((await release.install()).code, 0);
  await assertRejects(() => signerOf("no key"), TypeError, "P-256");
});

Deno.test("the list of components names each package once, with what deno.lock holds it to", () => {
  const found = (name: string, version: string, ...dependencies: string[]) => ({
    name,
    version,
    dependencies,
  });
  const sbom = sbomOf({
    name: "heliograph",
    version: "1.2.3",
    license: "MIT",
    info: {
      npmPackages: {
        "@a/b@1.0.0": found("@a/b", "1.0.0", "c@2.0.0", "c@2.0.0_d@1.0.0"),
        "c@2.0.0": found("c", "2.0.0"),
        "c@2.0.0_d@1.0.0": found("c", "2.0.0"),
      },
    },
    lock: { npm: { "@a/b@1.0.0": { integrity: "sha512-AAEC" }, "c@2.0.0": { integrity: "sha512-Aw==" } } },
  }) as {
    components: { purl: string; hashes: { content: string }[] }[];
    dependencies: { ref: string; dependsOn: string[] }[];
  };
  assertEquals(sbom.components.map(({ purl, hashes }) => [purl, hashes[0]?.content]), [
    ["pkg:npm/%40a/b@1.0.0", "000102"],
    ["pkg:npm/c@2.0.0", "03"],
  ]);
  assertEquals(sbom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]), [
    ["pkg:generic/heliograph@1.2.3", ["pkg:npm/%40a/b@1.0.0", "pkg:npm/c@2.0.0"]],
    ["pkg:npm/%40a/b@1.0.0", ["pkg:npm/c@2.0.0"]],
    ["pkg:npm/c@2.0.0", []],
  ]);
});

Deno.test("a release that is no try is refused without a tag, and no target is made up", async () => {
  const run = (...flags: string[]) => {
    const script = `${root}/scripts/release.ts`;
    return runToEnd([Deno.execPath(), "run", "--allow-all", script, ...flags], { cwd: "/" });
  };
  const untagged = await run("--final");
  assertEquals(untagged.code, 2);
  assertMatch(
    untagged.stderr,
    /^Cannot release (?:0\.1\.0-dev|.*no tag|.*holds no key|: files have changed)/,
  );
  const unknown = await run("--targets=sparc");
  assertEquals(unknown.code, 2);
  assertStringIncludes(unknown.stderr, 'Cannot make "sparc"');
});

Deno.test("workflows use actions by their commits, and say that they have not run", async () => {
  for (const name of ["ci", "release"]) {
    const text = await Deno.readTextFile(`${root}/.github/workflows/${name}.yml`);
    const used = [...text.matchAll(/uses: (\S+)/g)].map(([, action = ""]) => action);
    assert(used.length > 0);
    for (const action of used) assertMatch(action, /@[0-9a-f]{40}$/);
    assertStringIncludes(text, "not run");
    assertStringIncludes(text, ".ci/run");
  }
});
