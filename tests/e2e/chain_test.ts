import { bytesToHex } from "@noble/hashes/utils.js";
import { assertEquals } from "@std/assert";
import { encodeChain, FakeChain, missingPython } from "../helpers/fake_chain.ts";
import { testKey } from "../helpers/peer.ts";
import { commandLine, runToEnd, ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { testWith } from "../helpers/programs.ts";

const netuid = 30;
const [validator, miner] = [testKey(90), testKey(91)];

testWith(
  missingPython,
  "a miner finds its validator on the chain, by which the validator knows the miner",
  async () => {
    await using folder = await TemporaryFolder.make();
    const write = async (name: string, text: string) => {
      await Deno.writeTextFile(`${folder.path}/${name}`, text);
      return `${folder.path}/${name}`;
    };
    const keys = {
      validator: await write("validator.key", bytesToHex(validator.seed)),
      miner: await write("miner.key", bytesToHex(miner.seed)),
    };
    const mining = { key: miner, stake: 1 };
    await using chain = new FakeChain(await encodeChain(netuid, [{ key: validator, permit: true }, mining]));
    await using server = await ServerProcess.start({ cwd: folder.path }, [
      `--validator_key=${keys.validator}`,
      `--metagraph=${chain.url}?netuid=${netuid}`,
      "--metagraph.permit=none",
    ]);
    await server.admin("POST", "/admin/games", { games: [sampleGame()] });
    chain.finalise(
      await encodeChain(netuid, [{ key: validator, permit: true, stake: 9, commitment: server.ws }, mining]),
    );
    const input = await write("predictions.jsonl", JSON.stringify(samplePrediction("p1", { miner_uid: 1 })));
    const flags = [`--chain=${chain.url}`, `--netuid=${netuid}`, `--key=${keys.miner}`, `--input=${input}`];
    const { code, stdout, stderr } = await runToEnd(commandLine("miner", ...flags), { cwd: folder.path });
    assertEquals(code, 0, stdout + stderr);
    const { predictions } = await server.admin("GET", "/admin/predictions") as {
      predictions: { hotkey: string; uid: number }[];
    };
    assertEquals(predictions.map(({ hotkey, uid }) => [hotkey, uid]), [[miner.address, 1]]);
    const health = await (await fetch(`${server.url}/ws/health`)).json();
    assertEquals([health.metagraph.netuid, health.metagraph.miners, health.validator], [
      netuid,
      1,
      validator.address,
    ]);
  },
);
