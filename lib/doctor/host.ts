import fileSystem from "node:fs/promises";

/** What the doctor asks of the machine; tests hand in their own. What cannot be had is undefined. */
export interface Host {
  /** Such as `linux`. */
  readonly os: string;
  /** A file of the kernel's, such as `/proc/self/limits`. */
  readonly readSystem: (path: string) => Promise<string | undefined>;
  /** The names in a folder of the kernel's. */
  readonly listSystem: (path: string) => Promise<readonly string[]>;
  /** Where a link of the kernel's leads. */
  readonly linkSystem: (path: string) => Promise<string | undefined>;
  /** The permissions of a file. */
  readonly modeOf: (path: string) => Promise<number | undefined>;
  readonly exists: (path: string) => Promise<boolean>;
  /** Bytes of memory. */
  readonly memory: () => Promise<{ readonly available: number; readonly total: number } | undefined>;
  /** Bytes of the disk that a path lies on. */
  readonly disk: (path: string) => Promise<{ readonly free: number; readonly total: number } | undefined>;
}

/** This machine, as far as the permissions go; nothing asks for more. */
export const systemHost: Host = {
  os: Deno.build.os,
  readSystem: async (path) => await attempt(() => Deno.readTextFile(path)) ?? await readByCat(path),
  listSystem: async (path) => {
    const names = await attempt(async () => {
      return await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
    });
    return names ?? [];
  },
  linkSystem: (path) => attempt(() => Deno.readLink(path)),
  modeOf: async (path) => (await attempt(() => Deno.stat(path)))?.mode ?? undefined,
  exists: async (path) => await attempt(() => Deno.stat(path)) !== undefined,
  memory: () => granted("systemMemoryInfo", () => Promise.resolve(Deno.systemMemoryInfo())),
  disk: (path) =>
    granted("statfs", async () => {
      const { bavail, blocks, bsize } = await fileSystem.statfs(path);
      return { free: bavail * bsize, total: blocks * bsize };
    }),
};

async function attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch {
    return undefined;
  }
}

/** Deno itself opens /proc only where everything is allowed. */
async function readByCat(path: string): Promise<string | undefined> {
  if ((await Deno.permissions.query({ name: "run", command: "cat" })).state !== "granted") return undefined;
  return await attempt(async () => {
    const { success, stdout } = await new Deno.Command("cat", { args: [path], stderr: "null" }).output();
    if (!success) throw new Error(`Cannot read ${path}`);
    return new TextDecoder().decode(stdout);
  });
}

async function granted<T>(
  kind: "systemMemoryInfo" | "statfs",
  act: () => Promise<T>,
): Promise<T | undefined> {
  const { state } = await Deno.permissions.query({ name: "sys", kind });
  return state === "granted" ? await attempt(act) : undefined;
}
