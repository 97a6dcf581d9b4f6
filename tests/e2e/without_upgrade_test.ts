import { assertEquals, assertStringIncludes } from "@std/assert";
import { commandLine, runToEnd, ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { testWith } from "../helpers/programs.ts";
import { nginx, type ProxyKind } from "./proxies/proxy_kinds.ts";
import { Proxy } from "./proxies/proxy.ts";
import { missing } from "./proxies/proxy_process.ts";

/** As it is where nobody has thought of WebSockets. */
const withoutUpgrade: ProxyKind = {
  ...nginx,
  substitutions: (place) => [
    ...nginx.substitutions(place),
    ["proxy_set_header Upgrade $http_upgrade;", ""],
    ["proxy_set_header Connection $connection_upgrade;", ""],
  ],
};

testWith(
  missing(nginx),
  "behind a proxy that passes no upgrade on, the miner goes over HTTP at its first attempt and learns its uid there",
  async () => {
    await using folder = await TemporaryFolder.make();
    const surroundings = { cwd: folder.path };
    const made = await runToEnd(commandLine("keys", "new", "--out=miner.key"), surroundings);
    await using server = await ServerProcess.start(surroundings);
    await server.admin("PUT", `/admin/miners/${JSON.parse(made.stdout).address}`, { uid: 7 });
    await server.admin("POST", "/admin/games", { games: [sampleGame()] });
    await using proxy = await Proxy.start(withoutUpgrade, [server.url]);
    await Deno.writeTextFile(`${folder.path}/authority.pem`, proxy.authority);
    const { miner_uid: _, ...prediction } = samplePrediction("p1");
    await Deno.writeTextFile(`${folder.path}/predictions.jsonl`, JSON.stringify(prediction));
    const given = [`--validators=${proxy.url}`, "--key=miner.key", "--input=predictions.jsonl"];
    const outcome = await runToEnd(commandLine("miner", ...given), {
      ...surroundings,
      env: { DENO_CERT: `${folder.path}/authority.pem` },
    });
    const events: Record<string, unknown>[] = outcome.stdout.trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    const states = events.filter(({ event }) => event === "state");
    assertEquals(outcome.code, 0, outcome.stdout + outcome.stderr);
    assertEquals(Math.max(...states.map(({ attempt }) => Number(attempt))), 1);
    assertEquals(states.at(-2)?.["uid"], 7);
    assertStringIncludes(outcome.stderr, "Predictions go over HTTP: Cannot connect to wss://127.0.0.1");
    assertStringIncludes(outcome.stderr, "Pushed prediction p1 via HTTP");
  },
);
