import { assertStringIncludes } from "@std/assert";
import { commandLine, runToEnd, TemporaryFolder } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";

/** Whether a file system can be mounted that nobody else sees, so that it can be one that is read-only. */
async function missing(): Promise<string | undefined> {
  try {
    const { success } = await new Deno.Command("unshare", {
      args: ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
    })
      .output();
    return success ? undefined : "mounts of its own (run as root)";
  } catch {
    return "unshare";
  }
}

/** What `serve` says with its files on a file system that is read-only. */
async function serveOnReadOnly(flags: (disk: string, folder: string) => string[]): Promise<string> {
  await using folder = await TemporaryFolder.make();
  const disk = `${folder.path}/disk`;
  await Deno.mkdir(disk);
  const script = 'mount -t tmpfs -o ro tmpfs "$1" && shift && exec "$@"';
  const line = commandLine("serve", "--port=0", ...flags(disk, folder.path));
  const runner = ["unshare", "-m", "sh", "-c", script, "sh", disk];
  const { stderr } = await runToEnd([...runner, ...line], { cwd: folder.path });
  return stderr.replaceAll(disk, "DISK");
}

testWith(
  await missing(),
  "a start on a read-only disk names the file, the reason and what to do",
  async () => {
    const store = await serveOnReadOnly((
      disk,
      folder,
    ) => [`--store=${disk}/a.db`, `--validator_key=${folder}/key`]);
    assertStringIncludes(store, "Cannot open the store DISK/a.db: ");
    assertStringIncludes(store, "Read-only file system");
    assertStringIncludes(store, "make them so, or name another store with --store");
    const key = await serveOnReadOnly((
      disk,
      folder,
    ) => [`--store=${folder}/a.db`, `--validator_key=${disk}/key`]);
    assertStringIncludes(key, "Cannot make the validator key DISK/key: Read-only file system");
    assertStringIncludes(key, "name another place with --validator_key");
  },
);
