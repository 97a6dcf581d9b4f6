/** What a virtual environment has in it. */
interface Contents {
  /** Of its folder: another one where the packages are others. */
  readonly name: string;
  readonly packages: readonly string[];
  /** What can be imported then. */
  readonly modules: readonly string[];
}

/** A Python with what was asked for, or why there is none. */
export type PreparedPython = { readonly python: string; readonly missing: undefined } | {
  readonly python: "";
  readonly missing: string;
};

/** Milliseconds that an installation may take. */
const patience = 240_000;

/** The Python of a virtual environment, which is made once and kept under `~/.cache/heliograph-tests`. */
export async function preparedPython({ name, packages, modules }: Contents): Promise<PreparedPython> {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  const folder = `${cache}/heliograph-tests/${name}`;
  const python = `${folder}/bin/python`;
  if (await runs(python, ["-c", `import ${modules.join(", ")}`])) return { python, missing: undefined };
  const reason = await install(folder, name, packages);
  return reason === undefined
    ? { python, missing: undefined }
    : { python: "", missing: `no ${name}: ${reason}` };
}

/** Makes the environment beside its place and moves it there, so that it is never found half made. */
async function install(
  folder: string,
  name: string,
  packages: readonly string[],
): Promise<string | undefined> {
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
