import { parseArgs } from "node:util";
import { pack } from "./pack/pack.ts";
import { packages } from "./pack/packages.ts";
import { runScript, tell } from "./run_script.ts";
import { readVersion } from "./version.ts";

const usage = `Usage: deno task pack [--out=FOLDER]

Writes ${
  packages.map(({ name }) => name).join(" and ")
} as npm installs them, into dist/npm: npm i FOLDER/NAME-VERSION.tgz
`;

await runScript(usage, async (root, args) => {
  const { out = `${root}/dist/npm` } = parseArgs({ args, options: { out: { type: "string" } } }).values;
  const version = await readVersion(root);
  for (const made of packages) tell(`${out}/${await pack(root, made, version, out)}`);
});
