import { dirname } from "node:path";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runStore } from "../../lib/cli/store.ts";
import {
  type Engine,
  InstanceName,
  openEngine,
  type PredictionRecord,
  PredictionRepository,
} from "../../lib/engine/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { accept, idsFrom } from "../helpers/filled_store.ts";
import { MemoryStdio } from "../helpers/memory_stdio.ts";
import { temporaryFolder } from "../engine/folder.ts";

interface Outcome {
  readonly code: number;
  readonly printed: string;
  readonly complained: string;
}

async function store(...args: string[]): Promise<Outcome> {
  return await storeAt(new FakeClock(), ...args);
}

/** The same, at another time. */
async function storeAt(clock: FakeClock, ...args: string[]): Promise<Outcome> {
  const stdio = new MemoryStdio();
  const surroundings = {
    stdio,
    clock,
    env: {},
    readFile: Deno.readTextFileSync,
    show: undefined,
  };
  const code = await runStore(args, surroundings);
  return { code, printed: stdio.printed, complained: stdio.complained };
}

/** A folder with a store in it that has accepted so many predictions, and then was changed. */
async function filled(count: number, change: (engine: Engine) => Promise<unknown> = () => Promise.resolve()) {
  const folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  using engine = await openEngine(path);
  await accept(engine, idsFrom(1, count));
  await change(engine);
  return { path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

Deno.test("store verify ends with 0 for a sound store, and says how far its receipts go", async () => {
  await using scene = await filled(250);
  const { code, printed } = await store("verify", `--store=${scene.path}`);
  assertEquals([code, printed], [0, "250 receipts, 1 to 250, of 3 miners\nsound\n"]);
});

Deno.test("store verify takes a store without a receipt for sound", async () => {
  await using scene = await filled(0);
  assertEquals(await store("verify", `--store=${scene.path}`), {
    code: 0,
    printed: "0 receipts\nsound\n",
    complained: "",
  });
});

Deno.test("store verify reads a store while it is written to", async () => {
  await using scene = await filled(250);
  using engine = await openEngine(scene.path);
  const writing = Array.from({ length: 20 }, (_, index) => accept(engine, idsFrom(1000 + 10 * index, 10)));
  const { code, printed } = await store("verify", `--store=${scene.path}`);
  await Promise.all(writing);
  assertEquals(code, 0, printed);
  assertEquals((await store("verify", `--store=${scene.path}`)).code, 0);
  assertEquals(engine.fault(), undefined);
});

const changes: Record<string, [(engine: Engine) => Promise<unknown>, string]> = {
  "a prediction that was changed": [
    async (engine) => {
      const record = await engine.get<PredictionRecord>(["predictions", 20]);
      await engine.set(["predictions", 20], { ...record, text: "{}" });
    },
    "receipt 20: its prediction p20 is not the one that it vouches for",
  ],
  "a receipt that is missing": [
    (engine) => engine.delete(["predictions", 20]),
    "receipts 20 to 20 are missing",
  ],
  "a receipt that is changed": [
    async (engine) => {
      const record = await engine.get<PredictionRecord>(["predictions", 20]);
      if (record === null) throw new Error("no prediction 20");
      const receipt = { ...record.receipt, previous: "1".repeat(64) };
      await engine.set(["predictions", 20], { ...record, receipt });
    },
    "receipt 20 does not follow receipt 6 of miner 1",
  ],
  "a prediction that its id does not lead to": [
    (engine) => engine.delete(["prediction_ids", "miner 1", "p20"]),
    "receipt 20: the indexes do not lead to it",
  ],
  "a head of a miner that is wrong": [
    (engine) => engine.set(["miner_heads", "miner 9"], { sequence: 4, previous: "", day: "", wagered: 0 }),
    "the head of miner 9 does not follow its receipt 0",
  ],
};

for (const [what, [change, problem]] of Object.entries(changes)) {
  Deno.test(`store verify finds ${what}`, async () => {
    await using scene = await filled(250, change);
    const { code, printed } = await store("verify", `--store=${scene.path}`);
    assertEquals(code, 1);
    assertStringIncludes(printed, problem);
    const { code: same, printed: json } = await store("verify", `--store=${scene.path}`, "--json");
    const report = JSON.parse(json);
    assertEquals([same, report.sound], [1, false]);
    assert(report.faults.some((fault: string) => fault.includes(problem)));
  });
}

Deno.test("store verify says that a file is no store, and makes none where there is none", async () => {
  await using folder = await temporaryFolder();
  const missing = `${folder.path}/missing.db`;
  const { code, complained } = await store("verify", `--store=${missing}`);
  assertEquals(code, 2);
  assertStringIncludes(complained, `Cannot find the store ${missing}`);
  assertEquals([...Deno.readDirSync(folder.path)], []);
  const other = `${folder.path}/other.txt`;
  Deno.writeTextFileSync(other, "no store\n".repeat(1000));
  assertEquals((await store("verify", `--store=${other}`)).code, 1);
  assertEquals((await store("verify", "--kvv=x")).code, 2);
});

Deno.test("store export prints what was accepted with its receipts, after a sequence where one is given", async () => {
  await using scene = await filled(250);
  const { code, printed } = await store("export", `--store=${scene.path}`);
  const lines = printed.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals([code, lines.length], [0, 250]);
  assertEquals(
    lines.map(({ receipt }) => receipt.sequence),
    Array.from({ length: 250 }, (_, index) => index + 1),
  );
  const [first] = lines;
  assertEquals([first.prediction_id, JSON.parse(first.prediction).prediction_id], ["p1", "p1"]);
  const { printed: rest } = await store("export", `--store=${scene.path}`, "--after=248");
  assertEquals(rest, printed.trimEnd().split("\n").slice(248).map((line) => `${line}\n`).join(""));
});

Deno.test("store export writes CSV in which no id is a formula", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  {
    using engine = await openEngine(path);
    await accept(engine, ['=cmd|"/C calc"!A0', "p2"]);
  }
  const { code, printed } = await store("export", `--store=${path}`, "--format=csv");
  const [head, first, second] = printed.split("\r\n");
  assertEquals(code, 0);
  assertEquals(
    head,
    "sequence,hotkey,uid,miner_sequence,received_at,prediction_id,hash,previous,prediction",
  );
  assertStringIncludes(first ?? "", `,"'=cmd|""/C calc""!A0",`);
  assertStringIncludes(second ?? "", ",p2,");
});

/** The names of what is in a folder. */
function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("store backup makes one sound file of a store that is written to, which serves on", async () => {
  await using scene = await filled(100);
  await using folder = await temporaryFolder();
  const file = `${folder.path}/backup.db`;
  using engine = await openEngine(scene.path);
  const writing = Array.from({ length: 20 }, (_, index) => accept(engine, idsFrom(1000 + 10 * index, 10)));
  const { code, printed } = await store("backup", file, `--store=${scene.path}`);
  await Promise.all(writing);
  await accept(engine, idsFrom(2000, 10));
  assertEquals([code, engine.fault()], [0, undefined]);
  assertEquals(filesIn(folder.path), ["backup.db"]);
  assertEquals(Deno.statSync(file).mode, 0o100600);
  const [, count] = /(\d+) receipts, up to \1, verified/.exec(printed) ?? [];
  const verified = await store("verify", `--store=${file}`);
  assertEquals(verified.printed, `${count} receipts, 1 to ${count}, of 3 miners\nsound\n`);
  assertEquals((await store("verify", `--store=${scene.path}`)).printed.split(",")[0], "310 receipts");
});

Deno.test("store backup leaves nothing beside a store that nobody uses", async () => {
  await using scene = await filled(3);
  await using folder = await temporaryFolder();
  const before = filesIn(dirname(scene.path));
  assertEquals((await store("backup", `${folder.path}/backup.db`, `--store=${scene.path}`)).code, 0);
  assertEquals(filesIn(dirname(scene.path)), before);
});

Deno.test("store backup writes over nothing, and leaves nothing behind where the store is not sound", async () => {
  await using scene = await filled(250, (engine) => engine.delete(["predictions", 20]));
  await using folder = await temporaryFolder();
  const file = `${folder.path}/backup.db`;
  const broken = await store("backup", file, `--store=${scene.path}`);
  assertEquals([broken.code, filesIn(folder.path)], [1, []]);
  assertStringIncludes(broken.complained, "receipts 20 to 20 are missing");
  Deno.writeTextFileSync(file, "mine");
  const taken = await store("backup", file, `--store=${scene.path}`);
  assertEquals([taken.code, Deno.readTextFileSync(file)], [1, "mine"]);
  assertStringIncludes(taken.complained, "is there already");
  assertEquals((await store("backup", `--store=${scene.path}`)).code, 2);
  assertEquals((await store("backup", `${folder.path}/b.db`, "--store=:memory:")).code, 2);
});

Deno.test("store restore puts a backup where no store is, in another lineage and another epoch", async () => {
  await using scene = await filled(30);
  const [file, location] = [`${scene.path}.backup`, `${scene.path}.restored`];
  await store("backup", file, `--store=${scene.path}`);
  const { code, printed } = await store("restore", file, `--store=${location}`);
  assertEquals(code, 0);
  const [, lineage] =
    /30 receipts, up to 30, verified; those from 31 on are of lineage (\w{8})/.exec(printed) ?? [];
  using before = await openEngine(scene.path);
  using after = await openEngine(location);
  assert(before.log.epoch !== after.log.epoch);
  const [old] = await accept(before, ["p31"]);
  const [again] = await accept(after, ["p31"]);
  if (!old?.accepted || !again?.accepted) throw new Error("refused");
  assertEquals(again.receipt, { ...old.receipt, lineage });
  assertEquals((await store("verify", `--store=${location}`)).code, 0);
});

Deno.test("store restore replaces no store without --force, and none that is in use", async () => {
  await using scene = await filled(3);
  const file = `${scene.path}.backup`;
  await store("backup", file, `--store=${scene.path}`);
  {
    using engine = await openEngine(scene.path);
    await accept(engine, idsFrom(4, 3));
    const { code, complained } = await store("restore", file, `--store=${scene.path}`, "--force");
    assertEquals(code, 1);
    assertStringIncludes(complained, `The store ${scene.path} is in use`);
    await accept(engine, idsFrom(7, 3));
    assertEquals(engine.fault(), undefined);
  }
  const { code, complained } = await store("restore", file, `--store=${scene.path}`);
  assertEquals(code, 1);
  assertStringIncludes(complained, "--force replaces it");
  assertEquals((await store("verify", `--store=${scene.path}`)).printed.split(",")[0], "9 receipts");
  assertEquals((await store("restore", file, `--store=${scene.path}`, "--force")).code, 0);
  assertEquals((await store("verify", `--store=${scene.path}`)).printed.split(",")[0], "3 receipts");
  assertEquals((await store("restore", `${file}.missing`, `--store=${scene.path}`, "--force")).code, 2);
});

Deno.test("store restore refuses while a server has a name on the store, and replaces a damaged one", async () => {
  await using scene = await filled(3);
  const file = `${scene.path}.backup`;
  await store("backup", file, `--store=${scene.path}`);
  Deno.writeTextFileSync(scene.path, "damaged\n".repeat(1000));
  {
    using _name = InstanceName.claim(scene.path);
    const { code, complained } = await store("restore", file, `--store=${scene.path}`, "--force");
    assertEquals(code, 1);
    assertStringIncludes(complained, "is in use");
  }
  assertEquals((await store("restore", file, `--store=${scene.path}`, "--force")).code, 0);
  assertEquals((await store("verify", `--store=${scene.path}`)).code, 0);
});

Deno.test("store restore leaves the store alone where the backup is not sound", async () => {
  await using scene = await filled(9);
  await using broken = await filled(250, (engine) => engine.delete(["predictions", 20]));
  const { code, complained } = await store("restore", broken.path, `--store=${scene.path}`, "--force");
  assertEquals(code, 1);
  assertStringIncludes(complained, "receipts 20 to 20 are missing");
  assertEquals(
    (await store("verify", `--store=${scene.path}`)).printed,
    "9 receipts, 1 to 9, of 3 miners\nsound\n",
  );
});

Deno.test("store prune removes what is older than a date, and all that remains is sound", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  const clock = new FakeClock();
  using engine = await openEngine(path);
  const predictions = new PredictionRepository(engine);
  await accept(engine, idsFrom(1, 130), clock);
  await clock.advance(86_400_000);
  const before = new Date(clock.now()).toISOString();
  await accept(engine, idsFrom(131, 20), clock);
  await clock.advance(1000);
  const pruned = await storeAt(clock, "prune", `--store=${path}`, `--before=${before}`);
  assertEquals(pruned, { code: 0, printed: `${path}: 130 predictions, 0 jobs pruned\n`, complained: "" });
  const [first] = await predictions.after(0, 10);
  assertEquals(first?.receipt.sequence, 131);
  assertEquals((await predictions.ofMiner("miner 1", 0, 100)).length, 7);
  assertEquals(await predictions.find([{ hotkey: "miner 0", predictionId: "p1" }]), [null]);
  const [again] = await accept(engine, ["p1"], clock);
  if (!again?.accepted) throw new Error("refused");
  assertEquals([again.receipt.sequence, again.receipt.miner_sequence, again.duplicate], [151, 52, false]);
  assertEquals(
    (await store("verify", `--store=${path}`)).printed,
    "21 receipts, 131 to 151, of 3 miners\nsound\n",
  );
  await clock.advance(1000);
  const rest = await storeAt(
    clock,
    "prune",
    `--store=${path}`,
    `--before=${new Date(clock.now()).toISOString()}`,
  );
  assertEquals(rest.printed, `${path}: 21 predictions, 0 jobs pruned\n`);
  assertEquals((await store("verify", `--store=${path}`)).printed, "0 receipts\nsound\n");
  using _reopened = await openEngine(path);
  const [next] = await accept(engine, ["p2000"], clock);
  if (!next?.accepted) throw new Error("refused");
  assertEquals([next.receipt.sequence, next.receipt.miner_sequence], [152, 53]);
  assertEquals((await store("verify", `--store=${path}`)).code, 0);
});

Deno.test("store prune takes a date that is past, and nothing else", async () => {
  await using scene = await filled(3);
  for (const before of ["--before=2999-01-01", "--before=yesterday", "--before=2026", "--json"]) {
    const { code, complained } = await store("prune", `--store=${scene.path}`, before);
    assertEquals(code, 2, complained);
  }
  assertEquals((await store("verify", `--store=${scene.path}`)).printed.split(",")[0], "3 receipts");
});
