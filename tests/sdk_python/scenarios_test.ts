import { testWith } from "../helpers/programs.ts";
import { machinePython } from "./pythons.ts";
import { scenarios } from "./scenarios.ts";

const { path, missing } = machinePython;

for (const [name, run] of Object.entries(scenarios)) {
  testWith(missing, `a miner in Python: ${name}`, () => run(path));
}
