const size = "100M";

/** A small disk of its own in a file, which can be made to stand still. It needs root, a loop device and `fsfreeze`. */
export class LoopDisk implements AsyncDisposable {
  private constructor(readonly mountPoint: string) {}

  /** @throws {Error} that says which command failed */
  static async mount(mountPoint: string): Promise<LoopDisk> {
    const image = `${mountPoint}.img`;
    await Deno.mkdir(mountPoint, { recursive: true });
    await run("truncate", `--size=${size}`, image);
    await run("mkfs.ext4", "-q", image);
    await run("mount", "-o", "loop", image, mountPoint);
    return new LoopDisk(mountPoint);
  }

  /** Why there is none here. */
  static async obstacle(): Promise<string | undefined> {
    const folder = await Deno.makeTempDir();
    try {
      await using _disk = await LoopDisk.mount(`${folder}/disk`);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }

  /** From now on whatever writes to it waits. */
  async freeze(): Promise<void> {
    await run("fsfreeze", "--freeze", this.mountPoint);
  }

  async thaw(): Promise<void> {
    await run("fsfreeze", "--unfreeze", this.mountPoint);
  }

  /** Takes all the room that there is. */
  async fill(): Promise<void> {
    const filler = await Deno.open(this.#filler, { create: true, write: true });
    try {
      for (const bytes of [new Uint8Array(1 << 20), new Uint8Array(1 << 12)]) {
        while (await filler.write(bytes).then(() => true, () => false));
      }
    } finally {
      filler.close();
    }
  }

  /** Gives it back. */
  async empty(): Promise<void> {
    await Deno.remove(this.#filler);
  }

  get #filler(): string {
    return `${this.mountPoint}/filler`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", this.mountPoint);
  }
}

async function run(command: string, ...args: string[]): Promise<void> {
  try {
    const { success, stderr } = await new Deno.Command(command, { args, stdout: "null" }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
  } catch (error) {
    throw new Error(`${command} cannot be used here: ${(error as Error).message}`);
  }
}
