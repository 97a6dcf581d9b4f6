/** What is installed: a newer async-substrate-interface breaks the releases of bittensor that have a Dendrite. */
const packages = ["bittensor==10.2.0", "async-substrate-interface<2", "websockets"];
const name = "bittensor-10.2.0";
/** Milliseconds that an installation may take. */
const patience = 240_000;

/** A Python with Bittensor's SDK, or why there is none. */
export type BittensorPython = { readonly python: string; readonly missing: undefined } | {
  readonly python: "";
  readonly missing: string;
};

/** The Python of a virtual environment with the SDK, which is made once and kept under `~/.cache/heliograph-tests`. */
export async function bittensorPython(): Promise<BittensorPython> {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  const folder = `${cache}/heliograph-tests/${name}`;
  const python = `${folder}/bin/python`;
  if (await runs(python, ["-c", "import bittensor_wallet, websockets"])) {
    return { python, missing: undefined };
  }
  const reason = await install(folder);
  return reason === undefined
    ? { python, missing: undefined }
    : { python: "", missing: `no bittensor: ${reason}` };
}

/** Makes the environment beside its place and moves it there, so that it is never found half made. */
async function install(folder: string): Promise<string | undefined> {
  const end = AbortSignal.timeout(patience);
  await Deno.mkdir(folder.replace(/\/[^/]*$/, ""), { recursive: true });
  const draft = await Deno.makeTempDir({ dir: folder.replace(/\/[^/]*$/, ""), prefix: `${name}-` });
  const pip = [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--retries=1",
    "--timeout=20",
  ];
  try {
    if (!await runs("python3", ["-m", "venv", draft], end)) return "python3 -m venv does not work here";
    if (!await runs(`${draft}/bin/python`, [...pip, ...packages], end)) {
      return "pip could not install it";
    }
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    await Deno.rename(draft, folder);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await Deno.remove(draft, { recursive: true }).catch(() => {});
  }
}

async function runs(command: string, args: readonly string[], signal?: AbortSignal): Promise<boolean> {
  try {
    const child = new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
      ...signal === undefined ? {} : { signal },
    });
    return (await child.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
