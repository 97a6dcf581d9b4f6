import { assertEquals } from "@std/assert";
import { runToEnd, ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { sampleGame } from "../helpers/samples.ts";
import { testWith } from "../helpers/programs.ts";
import { installFresh, whyNoPyPI } from "./pythons.ts";
import { scenarios } from "./scenarios.ts";

const aboutConnections = [
  "over WebSocket all is confirmed, and refusals are told",
  "a server that is killed under load costs nothing and doubles nothing",
  "a server that drains under load costs nothing and doubles nothing",
  "behind a proxy without upgrades HTTP does, and a WebSocket once there is one",
  "Ctrl-C ends in order, and leaves what waits in the store",
] as const;

testWith(
  await whyNoPyPI(),
  "pip installs the package for Python in a fresh environment, where ten lines confirm a prediction",
  async (test) => {
    await using folder = await TemporaryFolder.make();
    const python = await installFresh(folder.path);

    await test.step("ten lines confirm a prediction", async () => {
      const made = await runToEnd([`${folder.path}/venv/bin/heliograph-py`, "keys", "new", "miner.key"], {
        cwd: folder.path,
      });
      assertEquals(made.code, 0, made.stderr);
      await using server = await ServerProcess.start({ cwd: folder.path });
      await server.admin("PUT", `/admin/miners/${made.stdout.trim()}`, { uid: 7 });
      await server.admin("POST", "/admin/games", { games: [sampleGame()] });
      const program = new URL("programs/ten_lines.py", import.meta.url).pathname;
      const { code, stdout, stderr } = await runToEnd([python, program, server.url, "miner.key"], {
        cwd: folder.path,
      });
      assertEquals([code, stdout, stderr], [0, "Prediction accepted 1\n", ""]);
      assertEquals((await Deno.readTextFile(program)).trimEnd().split("\n").length, 10);
    });

    // The newest websockets of all is of another generation than Debian's.
    for (const name of aboutConnections) await test.step(name, () => scenarios[name](python));
  },
);
