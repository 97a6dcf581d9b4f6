import type { Signer } from "./signing.ts";

/** A file of a release. */
interface ReleaseFile {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

/** What a release says of itself; its signature covers every file by its hash. */
interface Manifest {
  readonly product: "heliograph";
  readonly version: string;
  readonly commit: string;
  readonly files: readonly ReleaseFile[];
}

/** What vouches for the others is not among them. */
const vouchers = ["SHA256SUMS", "manifest.json", "manifest.json.sig", "install.sh"];

/** Writes checksums, the signed manifest and `install.sh` beside the files of a release. */
export async function assemble(
  folder: string,
  { version, commit, signer, installer }: {
    readonly version: string;
    readonly commit: string;
    readonly signer: Signer;
    /** `install.sh`, with places for the version and the key. */
    readonly installer: string;
  },
): Promise<void> {
  const files = await filesIn(folder);
  const manifest: Manifest = { product: "heliograph", version, commit, files };
  // A line for each file, so that a shell finds its hash.
  const text = `${
    JSON.stringify(manifest, null, 1).replaceAll(/\{\n {3}("name"[^}]*)\n {2}\}/g, (_, body) =>
      `{ ${body.replaceAll(/\n\s*/g, " ")} }`)
  }\n`;
  const bytes = new TextEncoder().encode(text);
  await Deno.writeFile(`${folder}/manifest.json`, bytes);
  await Deno.writeFile(`${folder}/manifest.json.sig`, await signer.sign(bytes));
  const sums = files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join("");
  await Deno.writeTextFile(`${folder}/SHA256SUMS`, sums);
  const script = installer.replace("@VERSION@", version).replace("@PUBLIC_KEY@\n", signer.publicKey);
  await Deno.writeTextFile(`${folder}/install.sh`, script, { mode: 0o755 });
}

async function filesIn(folder: string): Promise<ReleaseFile[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return await Promise.all(
    names.filter((name) => !vouchers.includes(name)).sort().map(async (name) => {
      const bytes = await Deno.readFile(`${folder}/${name}`);
      const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
      return { name, size: bytes.length, sha256 };
    }),
  );
}
