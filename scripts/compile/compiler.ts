import { runDeno } from "./run_deno.ts";
import type { Stage } from "./stage.ts";
import type { Target } from "./targets.ts";

/**
 * What a binary may do: `--store`, keys, certificates, handlers and the files of its commands may lie anywhere, and so may
 * the node that it polls. The doctor asks for free memory and disk. It starts no program, loads no library and asks no
 * questions.
 */
const permissions = [
  "--allow-write",
  "--allow-net",
  "--allow-env",
  "--allow-sys=systemMemoryInfo,statfs",
  "--no-prompt",
];

/** What is compiled, and where it goes. */
interface Compilation {
  /** The deno that compiles. */
  readonly deno: string;
  readonly folder: string;
  readonly stage: Stage;
  readonly target: Target | undefined;
  readonly output: string;
  /** The runtime that goes into it; undefined: deno gets one by itself. */
  readonly runtime?: string | undefined;
}

/** Makes the binary. */
export async function compile({ deno, folder, stage, target, output, runtime }: Compilation): Promise<void> {
  try {
    await runDeno(
      deno,
      [
        "compile",
        "--quiet",
        // What is compiled was checked as TypeScript, and is JavaScript now.
        "--no-check",
        reading(target ?? Deno.build.target),
        ...permissions,
        ...target === undefined ? [] : [`--target=${target}`],
        ...stage.included.map((path) => `--include=${path}`),
        `--output=${output}`,
        stage.entry,
      ],
      folder,
      runtime === undefined ? {} : { DENORT_BIN: runtime },
    );
  } catch (cause) {
    throw new Error(`Cannot compile with ${deno}: ${advise(cause)}`, { cause });
  }
}

/** Given by name it can be taken back in part, as a server does once it has opened what it needs; on Windows nothing is named all. */
function reading(target: string): string {
  return target.includes("windows") ? "--allow-read" : "--allow-read=/";
}

/** What is known to go wrong, by what deno says of it. */
const known = [
  {
    sign: /denort|dl\.deno\.land|error sending request/i,
    advice:
      "It takes a runtime (denort) of its own version from https://dl.deno.land, which it could not get. Without a " +
      "way there, download the denort of that version and target elsewhere, and name the file in DENORT_BIN; " +
      "DENO_COMPILE names a deno of the same version.",
  },
  {
    sign: /lockfile|\block\b/i,
    advice: "This deno cannot use deno.lock; name one of version 2.4 or later in DENO_COMPILE.",
  },
] as const;

function advise(cause: unknown): string {
  if (cause instanceof Deno.errors.NotFound) {
    return "there is no such program; DENO_COMPILE should name a deno";
  }
  const said = (cause as Error).message;
  const found = known.find(({ sign }) => sign.test(said));
  return found === undefined ? said : `${said}\n${found.advice}`;
}
