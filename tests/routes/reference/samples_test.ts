import { assert, assertEquals } from "@std/assert";
import { bytesToHex } from "@noble/hashes/utils.js";
import { cryptoReady, keypairFromSeed, parseKeyFile, randomSeed } from "../../../lib/crypto/mod.ts";
import { sampleHost } from "../../../lib/dashboard/reference/contract.ts";
import { messageSamples } from "../../../routes/reference/samples/message_samples.ts";
import { requestSamples } from "../../../routes/reference/samples/request_samples.ts";
import { adminToken } from "../../helpers/gateway.ts";
import { pythonWith, testWith } from "../../helpers/programs.ts";
import { readReference } from "../../helpers/reference.ts";
import { Scene } from "../../helpers/scene.ts";

const root = new URL("../../..", import.meta.url).pathname;
const { operations, conversations } = await readReference();
const samples = [
  ...operations.map(requestSamples),
  ...conversations.flatMap((each) => Object.keys(each.messages).map((name) => messageSamples(each, name))),
];
const python = await pythonWith("json");
const noPython = python === undefined ? "no Python" : undefined;

interface Run {
  readonly command: string;
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly cwd?: string;
}

/** Runs a program and answers what it said; throws where it failed. */
async function run({ command, args, stdin = "", cwd = root }: Run): Promise<string> {
  const process = new Deno.Command(command, {
    args: [...args],
    cwd,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { HELIOGRAPH_ADMIN_TOKEN: adminToken, PYTHONPATH: `${root}sdk/python`, NO_COLOR: "1" },
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  const { success, stdout, stderr } = await process.output();
  assert(success, `${command}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** The examples of a request, as the page shows them to who reads it at `url`. */
function samplesAt(url: string, method: string, path: string) {
  const operation = operations.find((each) => each.method === method && each.path === path);
  if (operation === undefined) throw new TypeError(`No ${method} ${path}`);
  const here = (code: string) => code.replaceAll(`http://${sampleHost}`, url);
  const { curl, typescript, python } = requestSamples(operation);
  return { curl: here(curl), typescript: here(typescript), python: here(python) };
}

Deno.test("every example in TypeScript is one for the compiler", async () => {
  const folder = await Deno.makeTempDir({ dir: `${root}tests`, prefix: "samples-" });
  try {
    const files = samples.map(({ typescript }, index) =>
      [`${folder}/sample_${index}.ts`, typescript] as const
    );
    for (const [file, code] of files) await Deno.writeTextFile(file, `${code}\nexport {};\n`);
    await run({ command: Deno.execPath(), args: ["check", "--quiet", ...files.map(([file]) => file)] });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testWith(noPython, "every example in Python is one for its parser", async () => {
  const program = "import ast, json, sys\nfor code in json.load(sys.stdin): ast.parse(code)";
  const stdin = JSON.stringify(samples.map((each) => each.python));
  await run({ command: python ?? "", args: ["-c", program], stdin });
});

Deno.test("every example for a terminal is one for the shell", async () => {
  for (const { curl } of samples) await run({ command: "sh", args: ["-n"], stdin: curl });
});

Deno.test("examples for a terminal and in TypeScript do what they say", async () => {
  await using scene = await Scene.start();
  const { url } = scene.server;
  const published = samplesAt(url, "post", "/admin/games");
  assertEquals(JSON.parse(await run({ command: "sh", args: ["-c", published.curl] })).changed, 1);
  const health = samplesAt(url, "get", "/readyz");
  const said = await run({ command: Deno.execPath(), args: ["eval", health.typescript] });
  assert(/^200 /.test(said), said);
  const kept = samplesAt(url, "get", "/admin/games");
  assert(/"game_id":\s*"401"/.test(await run({ command: "sh", args: ["-c", `${kept.curl} -s`] })));
});

/** A folder with a key of its own, which is registered. */
async function withKey(scene: Scene, use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: `${root}tests`, prefix: "samples-" });
  try {
    const seed = bytesToHex(randomSeed());
    await Deno.writeTextFile(`${folder}/miner.key`, seed);
    await cryptoReady();
    await scene.register(keypairFromSeed(parseKeyFile(seed)), 12);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a message that an example signs is taken as the miner's", async () => {
  await using scene = await Scene.start();
  await withKey(scene, async (folder) => {
    const { typescript } = samplesAt(scene.server.url, "post", "/api/v1/heartbeat");
    await Deno.writeTextFile(`${folder}/sample.ts`, typescript);
    const args = ["run", "--no-check", "--allow-all", `${folder}/sample.ts`];
    const said = await run({ command: Deno.execPath(), args, cwd: folder });
    assert(/^200 [\s\S]*heartbeat_ack/.test(said), said);
  });
});

const withSdk = await pythonWith("websockets");

testWith(
  withSdk === undefined ? "no Python with websockets" : undefined,
  "a message that an example signs in Python is taken as the miner's",
  async () => {
    await using scene = await Scene.start();
    await withKey(scene, async (folder) => {
      const { python } = samplesAt(scene.server.url, "post", "/api/v1/heartbeat");
      const said = await run({ command: withSdk ?? "", args: ["-"], stdin: python, cwd: folder });
      assert(/^200 [\s\S]*heartbeat_ack/.test(said), said);
    });
  },
);

testWith(noPython, "examples in Python do what they say", async () => {
  await using scene = await Scene.start();
  const publish = samplesAt(scene.server.url, "post", "/admin/games");
  const said = await run({ command: python ?? "", args: ["-"], stdin: publish.python });
  assert(/^200 .*'changed': 1/.test(said), said);
});
