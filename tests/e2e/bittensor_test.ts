import { assertEquals } from "@std/assert";
import { bittensorPython } from "../helpers/bittensor.ts";
import { commandLine, runToEnd, ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { sampleGame } from "../helpers/samples.ts";
import { testWith } from "../helpers/programs.ts";

const { python, missing } = await bittensorPython();
const program = (name: string) => [python, "-B", `${import.meta.dirname}/python/${name}.py`];

/** Hotkeys that Bittensor's wallet made, by their name, and where they lie. */
async function makeWallets(folder: string, ...names: string[]) {
  const { stdout, stderr, code } = await runToEnd([...program("wallets"), folder, ...names], { cwd: folder });
  assertEquals(code, 0, stderr);
  const addresses = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") as Record<string, string>;
  return { addresses, file: (name: string) => `${folder}/miners/hotkeys/${name}` };
}

testWith(missing, "a hotkey of Bittensor's wallet is read, and nothing secret of it is shown", async () => {
  await using folder = await TemporaryFolder.make();
  const { addresses, file } = await makeWallets(folder.path, "one");
  const { stdout, code } = await runToEnd(commandLine("keys", "inspect", file("one")), { cwd: folder.path });
  assertEquals(code, 0);
  const secrets = JSON.parse(await Deno.readTextFile(file("one"))) as Record<string, string>;
  assertEquals(JSON.parse(stdout), { address: addresses["one"], public_key: secrets["publicKey"]?.slice(2) });
  // The same key from its words alone.
  const { secretPhrase, ss58Address } = secrets;
  await Deno.writeTextFile(`${folder.path}/words`, JSON.stringify({ secretPhrase, ss58Address }));
  const words = await runToEnd(commandLine("keys", "inspect", `${folder.path}/words`), { cwd: folder.path });
  assertEquals(JSON.parse(words.stdout).address, addresses["one"]);
});

testWith(
  missing,
  "Bittensor's wallet signs, and its Dendrite calls, a gateway whose key is a wallet's too",
  async () => {
    await using folder = await TemporaryFolder.make();
    const { addresses, file } = await makeWallets(folder.path, "validator", "miner", "stranger");
    await using server = await ServerProcess.start({ cwd: folder.path }, [
      `--validator_key=${file("validator")}`,
    ]);
    await server.admin("PUT", `/admin/miners/${addresses["miner"]}`, { uid: 7 });
    await server.admin("POST", "/admin/games", { games: [sampleGame()] });
    const day = {
      port: Number(new URL(server.url).port),
      axon: addresses["validator"],
      wallets: folder.path,
      ws: server.ws,
    };
    const { stdout, stderr, code } = await runToEnd([...program("dendrite"), JSON.stringify(day)], {
      cwd: folder.path,
    });
    assertEquals({ code, done: stdout.trimEnd().split("\n") }, {
      code: 0,
      done: [
        "a prediction is confirmed",
        "the same one gets its first receipt",
        "a rule that is broken is told",
        "a body that is not signed is refused",
        "a hotkey that is not registered is refused",
        "the games are told",
        "the wallet signs on a WebSocket",
      ],
    }, `${stdout}\n${stderr}`);
  },
);
