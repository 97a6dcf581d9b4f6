import { assertEquals } from "@std/assert";
import { runToEnd } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";
import { machinePython, sdk } from "./pythons.ts";

const { path, missing } = machinePython;

testWith(missing, "the package for Python passes its own tests", async () => {
  const line = [
    path,
    "-B",
    "-W",
    "error",
    "-m",
    "unittest",
    "discover",
    "--start-directory=tests",
    "--top-level-directory=.",
  ];
  const { code, stderr } = await runToEnd(line, { cwd: sdk });
  assertEquals(code, 0, stderr);
});
