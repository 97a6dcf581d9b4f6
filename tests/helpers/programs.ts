/**
 * Registers a test that needs a peer from outside.
 *
 * @param missing what is not there; the test is then ignored, and its name says why
 */
export function testWith(
  missing: string | undefined,
  name: string,
  fn: (test: Deno.TestContext) => Promise<void>,
): void {
  const reason = missing === undefined ? "" : ` (${missing})`;
  Deno.test({ name: `${name}${reason}`, ignore: missing !== undefined, fn });
}

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Where Chromium is; undefined where there is none. */
export async function findChromium(): Promise<string | undefined> {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  for (const path of names.flatMap((name) => folders.map((folder) => `${folder}/${name}`))) {
    if (await isFile(path)) return path;
  }
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

const candidates = ["/usr/bin/python3", "python3"];

/** The Python that has `module`; undefined where there is none. */
export async function pythonWith(module: string): Promise<string | undefined> {
  for (const python of candidates) if (await imports(python, module)) return python;
  return undefined;
}

async function imports(python: string, module: string): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(python, { args: ["-c", `import ${module}`], stderr: "null" })
      .output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
