import { parseArgs } from "node:util";
import { describeCommit } from "./compile/commit.ts";
import { compile } from "./compile/compiler.ts";
import { replace } from "./compile/replace.ts";
import { findRuntime } from "./compile/runtime.ts";
import { makeStage } from "./compile/stage.ts";
import { runScript, tell } from "./run_script.ts";
import { readVersion } from "./version.ts";
import { tryBinary } from "./compile/try_binary.ts";
import { outputOf, readTarget, type Target, targets } from "./compile/targets.ts";

const usage = `Usage: deno task compile [--target=TARGET]

Makes one binary of the whole program, with the dashboard and the workers in it: dist/heliograph for this machine,
dist/heliograph-TARGET for ${targets.join(", ")}.

  DENO_COMPILE      another deno to compile with
  DENORT_BIN        the runtime that goes into the binary, in place of a download
  HELIOGRAPH_COMMIT which commit it is made from, where git cannot tell
`;

/** Compiles the repository at `root`, and tries what came of it; answers where the binary is, below it. */
async function makeBinary(root: string, target: Target | undefined): Promise<string> {
  const output = outputOf(target);
  const deno = Deno.env.get("DENO_COMPILE") || Deno.execPath();
  const runtime = await findRuntime(deno, Deno.env.get("DENORT_BIN"), Deno.env.get("INIT_CWD") ?? Deno.cwd());
  const folder = await Deno.makeTempDir({ prefix: "heliograph-compile-" });
  try {
    const stage = await makeStage(root, folder, {
      version: await readVersion(root),
      commit: await describeCommit(root),
    });
    await replace({
      path: `${root}/${output}`,
      make: (output) => compile({ deno, folder, stage, target, output, runtime }),
      check: async (path) => {
        if (target === undefined || target === Deno.build.target) await tryBinary(path);
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return output;
}

function readFlags(args: string[]): Target | undefined {
  const { target } = parseArgs({ args, options: { target: { type: "string" } } }).values;
  return target === undefined ? undefined : readTarget(target);
}

await runScript(usage, async (root, args) => {
  const output = await makeBinary(root, readFlags(args));
  const { size } = await Deno.stat(`${root}/${output}`);
  tell(`${output} (${(size / 1e6).toFixed(1)} MB)`);
});
