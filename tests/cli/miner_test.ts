import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runMiner } from "../../lib/cli/miner.ts";
import type { Terminal } from "../../lib/cli/stdio.ts";
import { resetLogging } from "../../lib/telemetry/logging.ts";
import { encodeChain, FakeChain, missingPython } from "../helpers/fake_chain.ts";
import { FakeValidator } from "../helpers/fake_validator.ts";
import { MemoryStdio } from "../helpers/memory_stdio.ts";
import { testWith } from "../helpers/programs.ts";
import { minerKey, predictionOf } from "../client/harness.ts";

const seed = "64".repeat(32);

/** A validator on the network, a folder for files, and the miner's command line. */
class Mine {
  readonly validator = new FakeValidator();
  readonly #server = this.validator.listen();
  readonly #folder = Deno.makeTempDirSync();
  readonly stop = new AbortController();
  stdio = new MemoryStdio();
  log = "";
  /** The terminal that people sit at; undefined: there is none. */
  terminal: Terminal | undefined;

  get url(): string {
    return this.#server.url;
  }

  path(name: string): string {
    return `${this.#folder}/${name}`;
  }

  write(name: string, text: string): string {
    Deno.writeTextFileSync(this.path(name), text);
    return this.path(name);
  }

  /** Runs the miner on `input` with the flags that every run needs, and more. */
  run(input: string | ReadableStream<Uint8Array>, flags: readonly string[] = [], env = {}): Promise<number> {
    const key = this.write("miner.key", `0x${seed}\n`);
    const given = new Set(flags.map((flag) => flag.split("=")[0]));
    const usual = [`--validators=${this.url}`, `--key=${key}`, `--outbox=${this.path("out/box.db")}`];
    return this.runWith([...usual.filter((flag) => !given.has(flag.split("=")[0])), ...flags], input, env);
  }

  runWith(
    flags: readonly string[],
    input: string | ReadableStream<Uint8Array> = "",
    env = {},
  ): Promise<number> {
    this.stdio = new MemoryStdio(input, this.terminal);
    return runMiner(flags, {
      env,
      stdio: this.stdio,
      writeLog: (text) => void (this.log += text),
      terminal: false,
      isTyped: this.terminal !== undefined,
      signal: this.stop.signal,
    });
  }

  /** The lines on standard output. */
  get events(): Record<string, unknown>[] {
    return this.stdio.printed.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  of(event: string): Record<string, unknown>[] {
    return this.events.filter((line) => line["event"] === event);
  }

  /** The last line of the summary, by the names of its columns. */
  get summary(): Record<string, string | undefined> {
    const [header = "", ...rows] = this.stdio.complained.trim().split("\n").map((line) =>
      line.split(/ {2,}/)
    );
    const row = rows.findLast(({ length }) => length === header.length) ?? [];
    return Object.fromEntries([...header].map((name, column) => [name, row[column]]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    resetLogging();
    await this.#server[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

const line = (id: string, fields = {}) => JSON.stringify(predictionOf(id, fields));

/** An input that stays open. */
function endless(text: string): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(text)) });
}

Deno.test("miner submits standard input, prints what happens and ends with 0 when all is confirmed", async () => {
  await using mine = new Mine();
  assertEquals(await mine.run(`${line("p1")}\n\n${line("p2")}\n`), 0);
  const [first] = mine.of("confirmation");
  assertEquals(first?.["validator"], `${mine.url}/ws`);
  assertEquals(mine.of("confirmation").map((event) => event["prediction_id"]).toSorted(), ["p1", "p2"]);
  assertEquals(JSON.parse(String(first?.["signed"])).type, "confirmation");
  assertEquals(mine.of("games").length, 1);
  assertEquals(mine.of("state").map((event) => event["state"]), ["connecting", "authenticated", "closed"]);
  const { submitted, confirmed, duplicates, refused, waiting } = mine.summary;
  assertEquals([submitted, confirmed, duplicates, refused, waiting], ["2", "2", "0", "0", "0"]);
  assert(mine.log.includes("Pushed prediction p1 via WebSocket"), mine.log);
});

Deno.test("miner ends with 1 when something is refused", async () => {
  await using mine = new Mine();
  mine.validator.rule = ({ fields }) => fields.prediction_id === "p2" ? "Unknown game" : undefined;
  assertEquals(await mine.run(`${line("p1")}\n${line("p2")}\n`), 1);
  assertEquals(mine.of("refused").map(({ prediction_id, message }) => [prediction_id, message]), [
    ["p2", "Unknown game"],
  ]);
  assertEquals([mine.summary["confirmed"], mine.summary["refused"]], ["1", "1"]);
});

Deno.test("miner reports a malformed line by its number, goes on, and ends with 1", async () => {
  await using mine = new Mine();
  const bytes = new TextEncoder().encode(`${line("p1")}\n{"wager": NaN}\n[1]\nX\n${line("p2")}`);
  bytes[bytes.indexOf(88)] = 0xff;
  assertEquals(await mine.run(new Blob([bytes]).stream()), 1);
  assertEquals(mine.of("invalid").map((event) => event["line"]).toSorted(), [2, 3, 4]);
  assertEquals(mine.of("confirmation").length, 2);
  assert(mine.stdio.complained.includes("3 lines of the input were not submitted"));
});

Deno.test("miner fills in a missing prediction_id, and the uid that the welcome tells", async () => {
  await using mine = new Mine();
  const { prediction_id: _, miner_uid: __, ...rest } = predictionOf("p1");
  assertEquals(await mine.run(`${JSON.stringify(rest)}\n${JSON.stringify(rest)}`), 0);
  assertEquals(mine.validator.accepted.size, 2);
  for (const [id, text] of mine.validator.accepted) {
    assert(/^[\da-f]{8}-/.test(id));
    assertEquals(JSON.parse(text).miner_uid, 7);
  }
});

Deno.test("miner takes --uid where predictions have none", async () => {
  await using mine = new Mine();
  const { miner_uid: _, ...rest } = predictionOf("p1");
  assertEquals(await mine.run(JSON.stringify(rest), ["--uid=12", "--websocket_enabled=False"]), 0);
  assertEquals(JSON.parse(mine.validator.accepted.get("p1") ?? "").miner_uid, 12);
});

Deno.test("miner learns its uid over HTTP too", async () => {
  await using mine = new Mine();
  const { miner_uid: _, ...rest } = predictionOf("p1");
  assertEquals(await mine.run(JSON.stringify(rest), ["--websocket_enabled=False"]), 0);
  assertEquals(JSON.parse(mine.validator.accepted.get("p1") ?? "").miner_uid, 7);
});

Deno.test("miner says which line lacks a uid when the validator does not tell it over HTTP", async () => {
  await using mine = new Mine();
  mine.validator.uid = undefined;
  const { miner_uid: _, ...rest } = predictionOf("p1");
  assertEquals(await mine.run(JSON.stringify(rest), ["--websocket_enabled=False"]), 1);
  assert(String(mine.of("invalid")[0]?.["message"]).includes("set --uid"));
});

Deno.test("miner keeps the text of numbers and unknown fields", async () => {
  await using mine = new Mine();
  const text = line("p1").replace('"wager":10', '"wager":10.0,"big":123456789012345678901234567890');
  assertEquals(await mine.run(text), 0);
  const accepted = mine.validator.accepted.get("p1") ?? "";
  assert(accepted.includes('"wager": 10.0') && accepted.includes('"big": 123456789012345678901234567890'));
});

Deno.test("miner reads a file, and sends to every validator of a list", async () => {
  await using one = new Mine();
  await using two = new Mine();
  const validators = one.write(
    "validators",
    `# ours\n${one.url} # ${one.validator.key.address}\n\n${two.url}\n`,
  );
  const input = one.write("in.ndjson", `${line("p1")}\n${line("p2")}\n`);
  assertEquals(await one.run("", [`--validators=${validators}`, `--input=${input}`]), 0);
  assertEquals([one.validator.accepted.size, two.validator.accepted.size], [2, 2]);
  assertEquals([one.summary["validator"], one.summary["confirmed"]], ["all", "4"]);
});

Deno.test("miner works over HTTP alone", async () => {
  await using mine = new Mine();
  assertEquals(await mine.run(line("p1"), ["--websocket_enabled=False"]), 0);
  assertEquals(mine.validator.messages.map(({ via }) => via), ["http"]);
});

Deno.test("miner ends with 1 at a signal while something waits, and a later run finishes it", async () => {
  await using mine = new Mine();
  mine.validator.onMessage = () => {
    queueMicrotask(() => mine.stop.abort());
    return "ignore";
  };
  assertEquals(await mine.run(endless(`${line("p1")}\n`)), 1);
  assertEquals([mine.summary["submitted"], mine.summary["waiting"]], ["1", "1"]);
  mine.validator.onMessage = () => "decide";
  const stdio = new MemoryStdio();
  const status = await runMiner([
    `--validators=${mine.url}`,
    `--key=${mine.path("miner.key")}`,
    `--outbox=${mine.path("out/box.db")}`,
  ], { env: {}, stdio, writeLog() {}, terminal: false, signal: new AbortController().signal });
  assertEquals(status, 0);
  assertEquals(mine.validator.accepted.size, 1);
});

Deno.test("miner stays connected with --exit_when_done=False until a signal, and then ends with 0", async () => {
  await using mine = new Mine();
  const running = mine.run(line("p1"), ["--exit_when_done=False"]);
  const { promise: pushed, resolve } = Promise.withResolvers<void>();
  const print = mine.stdio.print.bind(mine.stdio);
  mine.stdio.print = async (text) => {
    await print(text);
    if (text.includes('"confirmation"')) resolve();
  };
  await pushed;
  mine.stop.abort();
  assertEquals(await running, 0);
  assertEquals(mine.of("confirmation").length, 1);
});

Deno.test("miner ends when nobody reads its output any more", async () => {
  await using mine = new Mine();
  const running = mine.run(endless(`${line("p1")}\n`));
  mine.stdio.print = () => Promise.reject(new Deno.errors.BrokenPipe());
  await running;
  assert(mine.stdio.complained.includes("validator"));
});

Deno.test("miner takes settings from variables, which flags override", async () => {
  await using mine = new Mine();
  const env = {
    HELIOGRAPH_MINER_VALIDATORS: "ws://127.0.0.1:1",
    HELIOGRAPH_MINER_WEBSOCKET_ENABLED: "false",
    HELIOGRAPH_MINER_LOG_LEVEL: "",
  };
  assertEquals(await mine.run(line("p1"), [`--validators=${mine.url}`], env), 0);
  assertEquals(mine.validator.messages.map(({ via }) => via), ["http"]);
});

testWith(missingPython, "miner finds the validators of a subnet on its chain", async () => {
  await using mine = new Mine();
  const squatter = { key: 12, permit: true, stake: 1, commitment: `${mine.url}/ws` };
  const validator = { key: mine.validator.key, permit: true, stake: 5, commitment: `${mine.url}/ws` };
  await using chain = new FakeChain(await encodeChain(30, [squatter, validator]));
  const key = mine.write("miner.key", `0x${seed}\n`);
  const flags = [`--chain=${chain.url}`, "--netuid=30", `--key=${key}`, `--outbox=${mine.path("box.db")}`];
  assertEquals(await mine.runWith(flags, line("p1")), 0, mine.log + mine.stdio.complained);
  assertEquals(mine.of("confirmation").map((event) => event["prediction_id"]), ["p1"]);
});

testWith(missingPython, "miner says so when no validator of the subnet tells where it is", async () => {
  await using mine = new Mine();
  await using chain = new FakeChain(await encodeChain(30, [{ key: 12, permit: true, stake: 1 }]));
  const key = mine.write("miner.key", `0x${seed}\n`);
  assertEquals(await mine.runWith([`--chain=${chain.url}`, "--netuid=30", `--key=${key}`]), 1);
  assertStringIncludes(
    mine.stdio.complained,
    "No validator of subnet 30 says on the chain where it is reached",
  );
});

const wrong: [flags: string[], env: Record<string, string>, complaint: string][] = [
  [[], {}, "Missing --key"],
  [["--key=k"], {}, "Missing --validators=URL,..., or --netuid=N and --chain=ws://NODE:9944"],
  [["--key=k", "--chain=ws://a:9944"], {}, "Missing --validators"],
  [
    ["--key=k", "--chain=http://a:9944", "--netuid=1"],
    {},
    "expected ws:// or wss:// URLs of nodes with commas",
  ],
  [["--key=k", "--chain=ws://a:9944", "--validators=a:1"], {}, "Give either --validators or --chain"],
  [["--validators=a:1"], {}, "Missing --key"],
  [["--validators=a:1", "--key=k", "--nonsense=1"], {}, "Unknown flag --nonsense"],
  [["--inptu=x"], {}, "Unknown flag --inptu: did you mean --input?"],
  [["--validators=a:1", "--key=k", "--uid=x"], {}, 'Invalid uid: flag --uid is "x"'],
  [["--validators=a:1", "--key=k", "--websocket_heartbeat_interval=0"], {}, "expected a number above 0"],
  [["--validators=a:1", "--key=k", "--key=l"], {}, "Flag --key is given twice"],
  [["--validators=a:1", "--key"], {}, "Flag --key has no value"],
  [["--validators=ftp://a:1", "--key=k"], {}, "Cannot use validator ftp://a:1"],
  [["--validators=a:1#5Nobody", "--key=k"], {}, "5Nobody is no SS58 address"],
  [["--validators=a:1", "--key=k"], { HELIOGRAPH_MINER_KEYS: "x" }, "Unknown variable HELIOGRAPH_MINER_KEYS"],
  [
    ["--validators=a:1", "--key=k"],
    { HELIOGRAPH_MINER_LOG_LEVEL: "loud" },
    "variable HELIOGRAPH_MINER_LOG_LEVEL",
  ],
];

for (const [flags, env, complaint] of wrong) {
  Deno.test(`miner ends with 2: ${complaint}`, async () => {
    const stdio = new MemoryStdio();
    const signal = new AbortController().signal;
    const status = await runMiner(flags, { env, stdio, writeLog() {}, terminal: false, signal });
    assertEquals(status, 2);
    assert(stdio.complained.includes(complaint), stdio.complained);
    assertEquals(stdio.printed, "");
  });
}

Deno.test("miner ends with 2 when a validator is given twice", async () => {
  await using mine = new Mine();
  assertEquals(await mine.run("", [`--validators=${mine.url},${mine.url}/ws`]), 2);
  assert(mine.stdio.complained.includes("given twice"));
});

Deno.test("miner ends with 1 when its key cannot be read, and shows nothing of the file", async () => {
  await using mine = new Mine();
  assertEquals(await mine.run("", [`--key=${mine.path("missing")}`]), 1);
  assert(mine.stdio.complained.startsWith("Cannot read key file"));
  assertEquals(await mine.run("", [`--key=${mine.write("bad.key", "a secret")}`]), 1);
  assert(!mine.stdio.complained.includes("secret"));
});

Deno.test("miner --help names every flag", async () => {
  const stdio = new MemoryStdio();
  const signal = new AbortController().signal;
  assertEquals(await runMiner(["--help"], { env: {}, stdio, writeLog() {}, terminal: false, signal }), 0);
  for (
    const flag of ["validators", "key", "outbox", "input", "uid", "exit_when_done", "websocket_log_level"]
  ) {
    assert(stdio.printed.includes(`--${flag}=`), flag);
  }
});

Deno.test("miner ends with 1 and names its hotkey when no validator knows it, and keeps what waits", async () => {
  await using mine = new Mine();
  const close = { code: 1008, reason: "Not authorized" };
  mine.validator.onAuthentication = (peer) => peer.refuse({ code: "not_authorized" }, close);
  assertEquals(await mine.run(line("p1")), 1);
  assert(
    mine.stdio.complained.includes(`No validator here has this hotkey registered:\n  ${minerKey.address}\n`),
  );
  const { miner_uid: _, ...withoutUid } = predictionOf("p2");
  assertEquals(await mine.run(JSON.stringify(withoutUid)), 1);
  assertEquals(mine.of("invalid").map(({ message }) => message), [
    `miner_uid is missing, and no validator knows ${minerKey.address}`,
  ]);
  mine.validator.onAuthentication = undefined;
  assertEquals(await mine.run(""), 0);
  assertEquals(mine.of("confirmation").map(({ prediction_id }) => prediction_id), ["p1"]);
});

Deno.test("miner prints a line for people on a terminal, and says that it waits for them", async () => {
  await using mine = new Mine();
  mine.terminal = { colours: false, columns: () => 60 };
  mine.validator.games = [{ game_id: "g1", team_a: "Reds", team_b: "Blues" }];
  mine.validator.rule = ({ fields }) =>
    fields.prediction_id === "p2" ? "Unknown game: no" + "o".repeat(100) : undefined;
  assertEquals(await mine.run(`${line("p1")}\n${line("p2")}\nnonsense\n`), 1);
  const lines = mine.stdio.printed.trimEnd().split("\n");
  const of = (word: string) => lines.filter((each) => each.startsWith(word));
  assertMatch(of("connected").join(), /^connected {2}as miner 7$/);
  assertMatch(of("confirmed").join(), /^confirmed {2}p1 {2}receipt 1, in \d+ ms$/);
  assertMatch(of("refused").join(), /^refused {4}p2 {2}Unknown game: noo+…$/);
  assertMatch(of("invalid").join(), /^invalid {4}line 3 is not submitted: /);
  assertEquals(lines.filter((each) => each.length > 60), []);
  assert(mine.stdio.complained.startsWith("Waiting for predictions: one JSON object on each line"));
});

Deno.test("miner signs with the key of its file", async () => {
  await using mine = new Mine();
  await mine.run(line("p1"));
  assertEquals(mine.validator.authentications[0]?.signer, minerKey.address);
});
