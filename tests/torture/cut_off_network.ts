const name = "heliograph-cut-off";
const [outside, inside] = ["hg-outside", "hg-inside"];
const [server, client] = ["10.213.77.1", "10.213.77.2"];

/** A network of its own for clients that are cut off: their packets are lost, and nobody is told. It needs root and `ip`. */
export class CutOffNetwork implements AsyncDisposable {
  /** Where its clients find this machine, and who they are there. */
  readonly server = server;
  readonly client = client;

  private constructor() {}

  /** @throws {Error} that says why there is none here */
  static async open(): Promise<CutOffNetwork> {
    const network = new CutOffNetwork();
    await ip("netns", "add", name);
    try {
      await ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", name);
      await ip("address", "add", `${server}/30`, "dev", outside);
      await ip("link", "set", outside, "up");
      await ip("-n", name, "address", "add", `${client}/30`, "dev", inside);
      await ip("-n", name, "link", "set", inside, "up");
      return network;
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Why there is none here. */
  static async obstacle(): Promise<string | undefined> {
    try {
      await using _network = await CutOffNetwork.open();
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** Runs a module of this program in there. */
  spawn(module: string, args: readonly string[]): Deno.ChildProcess {
    return new Deno.Command("ip", {
      args: [
        "netns",
        "exec",
        name,
        Deno.execPath(),
        "run",
        "--quiet",
        "--no-check",
        "--allow-all",
        module,
        ...args,
      ],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  }

  async cut(): Promise<void> {
    await ip("-n", name, "link", "set", inside, "down");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // With the network alone it would go some time later.
    await ip("link", "delete", outside).catch(() => {});
    await ip("netns", "delete", name);
  }
}

async function ip(...args: string[]): Promise<void> {
  try {
    const { success, stderr } = await new Deno.Command("ip", { args, stdout: "null" }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
  } catch (error) {
    throw new Error(`ip cannot be used here: ${(error as Error).message}`);
  }
}
