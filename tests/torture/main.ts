/**
 * `deno task torture [TRIAL ...]`: attacks and faults against a real server process, what each cost, and the bound that
 * it must keep. `--list` names the trials.
 * @module
 */
import { bold, green, red, yellow } from "@std/fmt/colors";
import { brokenBounds, Stage } from "./stage.ts";
import type { Trial } from "./trial.ts";
import { trials } from "./trials.ts";

/** What one trial came to, for the table. */
interface Row {
  readonly trial: Trial;
  readonly figures: string;
  readonly said: string;
  readonly problems: readonly string[];
  readonly skipped?: string;
}

const encoder = new TextEncoder();

function print(text: string): void {
  Deno.stdout.writeSync(encoder.encode(text));
}

async function perform(trial: Trial): Promise<Row> {
  const skipped = await trial.obstacle?.();
  if (skipped !== undefined) return { trial, figures: "", said: "", problems: [], skipped };
  try {
    await using stage = await Stage.open(trial);
    const outcome = await stage.perform();
    const { findings: { said, faults }, memory, answer, bound } = outcome;
    const figures = `+${memory} MB (at most ${bound.memory}), ${answer} ms (at most ${bound.answer})`;
    return { trial, figures, said, problems: [...faults, ...brokenBounds(outcome)] };
  } catch (error) {
    return { trial, figures: "", said: "", problems: [(error as Error).message] };
  }
}

function show({ trial, figures, said, problems, skipped }: Row): string {
  const verdict = skipped !== undefined
    ? yellow(`skipped: ${skipped}`)
    : problems.length === 0
    ? green("holds")
    : red("broken");
  const lines = [trial.tried, said, figures, ...problems.map((problem) => red(problem))];
  return `${bold(trial.name)}  ${verdict}\n${
    lines.filter((line) => line !== "").map((line) => `  ${line}\n`).join("")
  }`;
}

async function run(names: readonly string[]): Promise<number> {
  if (names.includes("--list")) {
    for (const { name, tried } of trials) print(`${name.padEnd(26)} ${tried}\n`);
    return 0;
  }
  const unknown = names.find((name) => !trials.some((trial) => trial.name === name));
  if (unknown !== undefined) {
    print(`There is no trial ${unknown}; --list names them.\n`);
    return 2;
  }
  if (Deno.build.os !== "linux") {
    print("Memory is read from /proc, which is Linux's: nothing can be measured here.\n");
    return 2;
  }
  const rows: Row[] = [];
  for (const trial of trials.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const row = await perform(trial);
    rows.push(row);
    print(show(row));
  }
  const broken = rows.filter(({ problems }) => problems.length > 0);
  const skipped = rows.filter((row) => row.skipped !== undefined).length;
  print(`\n${rows.length - broken.length - skipped} hold, ${broken.length} broken, ${skipped} skipped\n`);
  return broken.length === 0 ? 0 : 1;
}

Deno.exit(await run(Deno.args));
