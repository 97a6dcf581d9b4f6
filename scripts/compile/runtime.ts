import { resolve } from "node:path";

/** What every runtime says of itself to servers. */
const saying = /Deno\/(\d+\.\d+\.\d+)/;
/** A runtime is read in pieces, which overlap by more than is looked for. */
const pieceSize = 1024 * 1024;
const overlap = 64;

/**
 * The file that goes into a binary, as `DENORT_BIN` names it from the folder `cwd`; undefined: deno gets one by itself. Throws
 * an Error where it is not there, or of another version than `deno`, of which a binary would be made that cannot run.
 */
export async function findRuntime(
  deno: string,
  named: string | undefined,
  cwd: string,
): Promise<string | undefined> {
  if (named === undefined || named === "") return undefined;
  const path = resolve(cwd, named);
  if (!await isFile(path)) throw new Error(`Cannot compile: DENORT_BIN names ${path}, which is no file`);
  const [version, own] = [await versionIn(path), await versionOf(deno)];
  if (version === undefined || own === undefined || version === own) return path;
  throw new Error(
    `Cannot compile: DENORT_BIN names a runtime of Deno ${version}, and ${deno} is ${own}; they must be the same ` +
      "(DENO_COMPILE names another deno)",
  );
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

/** Which version a runtime is of, also one for another platform; undefined where it does not say. */
async function versionIn(path: string): Promise<string | undefined> {
  using file = await Deno.open(path);
  const decoder = new TextDecoder("latin1");
  const piece = new Uint8Array(pieceSize);
  let before = "";
  for (let size = await file.read(piece); size !== null; size = await file.read(piece)) {
    const text = before + decoder.decode(piece.subarray(0, size));
    const found = saying.exec(text)?.[1];
    if (found !== undefined) return found;
    before = text.slice(-overlap);
  }
  return undefined;
}

async function versionOf(deno: string): Promise<string | undefined> {
  try {
    const { stdout } = await new Deno.Command(deno, { args: ["--version"], stderr: "null" }).output();
    return /^deno (\d+\.\d+\.\d+)/.exec(new TextDecoder().decode(stdout))?.[1];
  } catch (error) {
    // Whoever compiles with it says so.
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
