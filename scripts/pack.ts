import { parseArgs } from "node:util";
import { pack } from "./pack/pack.ts";
import { packages } from "./pack/packages.ts";
import { readVersion } from "./version.ts";

const usage = `Usage: deno task pack [--out=FOLDER]

Writes ${
  packages.map(({ name }) => name).join(" and ")
} as npm installs them, into dist/npm: npm i FOLDER/NAME-VERSION.tgz
`;

async function main(args: string[]): Promise<number> {
  if (args.includes("--help")) return say(Deno.stdout, usage, 0);
  try {
    const root = await Deno.realPath(`${import.meta.dirname}/..`);
    const { out = `${root}/dist/npm` } = parseArgs({ args, options: { out: { type: "string" } } }).values;
    const version = await readVersion(root);
    for (const made of packages) say(Deno.stdout, `${out}/${await pack(root, made, version, out)}\n`, 0);
    return 0;
  } catch (error) {
    return say(Deno.stderr, `${(error as Error).message}\n`, error instanceof TypeError ? 2 : 1);
  }
}

function say(output: { writeSync(bytes: Uint8Array): number }, text: string, exitCode: number): number {
  output.writeSync(new TextEncoder().encode(text));
  return exitCode;
}

Deno.exit(await main(Deno.args));
