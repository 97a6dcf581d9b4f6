import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runReceipts } from "../../lib/cli/receipts.ts";
import type { ReceiptReport } from "../../lib/client/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { MemoryStdio } from "../helpers/memory_stdio.ts";
import { testKey } from "../helpers/peer.ts";
import { TemporaryFolder } from "../helpers/process.ts";
import { ReceiptBook } from "../helpers/receipts.ts";

interface Outcome {
  readonly code: number;
  readonly report: ReceiptReport;
  readonly complaint: string;
  /** `KIND LINE` of each finding. */
  readonly found: string[];
}

/** Verifies lines on standard input. */
async function verify(input: string | readonly string[], ...flags: string[]): Promise<Outcome> {
  const text = typeof input === "string" ? input : input.map((line) => `${line}\n`).join("");
  return await verifyStream(new Blob([text]).stream(), ...flags);
}

async function verifyStream(input: ReadableStream<Uint8Array>, ...flags: string[]): Promise<Outcome> {
  const stdio = new MemoryStdio(input);
  const validator = `--validator=${testKey(900).address}`;
  const args = ["verify", "-", "--json", ...flags];
  if (!flags.some((flag) => flag.startsWith("--validator"))) args.push(validator);
  const code = await runReceipts(args, { stdio, clock: new FakeClock(), show: undefined });
  const report = JSON.parse(stdio.printed === "" ? "{}" : stdio.printed);
  const found = (report.findings ?? []).map(({ kind, line }: { kind: string; line: number }) =>
    `${kind} ${line}`
  );
  return { code, report, complaint: stdio.complained, found };
}

Deno.test("receipts verify ends with 0 for a sound file, and says how far each miner's receipts go", async () => {
  const book = ReceiptBook.of(5);
  const { code, report } = await verify([...book.lines, book.refuse("p6")]);
  assertEquals(code, 0);
  assertEquals([report.sound, report.confirmations, report.refusals], [true, 6, 1]);
  const [miner] = report.miners;
  assertEquals([miner?.hotkey, miner?.receipts, miner?.first, miner?.last], [book.miner, 5, 1, 5]);
});

Deno.test("receipts verify reads what heliograph miner printed", async () => {
  const book = ReceiptBook.of(2);
  const printed = book.lines.map((signed) => JSON.stringify({ event: "confirmation", signed }));
  const state = JSON.stringify({ event: "state", state: "authenticated" });
  const refused = JSON.stringify({ event: "refused", signed: book.refuse("p9") });
  const games = JSON.stringify({ event: "games", games: ["x".repeat(2 * 1024 * 1024)] });
  const { code, report } = await verify([state, ...printed, games, refused]);
  assertEquals([code, report.confirmations, report.refusals], [0, 3, 1]);
});

Deno.test("receipts verify shows a hole with its line", async () => {
  const book = ReceiptBook.of(6);
  const { code, found, report } = await verify([book.line(1), book.line(2), book.line(5), book.line(6)]);
  assertEquals([code, found], [1, ["hole 3"]]);
  assertStringIncludes(report.findings[0]?.message ?? "", "receipts 3 to 4 are missing");
});

Deno.test("receipts verify shows a missing beginning, unless --from names it", async () => {
  const lines = ReceiptBook.of(6).lines.slice(3);
  assertEquals((await verify(lines)).found, ["hole 1"]);
  assertEquals((await verify(lines, "--from=4")).code, 0);
});

Deno.test("receipts verify shows a forged signature", async () => {
  const book = ReceiptBook.of(3);
  const forged = book.confirm("p2", { ...book.receipt(2) }, testKey(901))
    .replace(testKey(901).address, testKey(900).address);
  const { code, found } = await verify([book.line(1), forged, book.line(3)]);
  assertEquals([code, found], [1, ["forged 2", "hole 3"]]);
});

Deno.test("receipts verify shows a confirmation that was changed after it was signed", async () => {
  const book = ReceiptBook.of(2);
  const changed = book.line(2).replace('"sequence": 2', '"sequence": 9');
  assertEquals((await verify([book.line(1), changed])).found, ["forged 2"]);
});

Deno.test("receipts verify shows the line that stands before the one it follows", async () => {
  const book = ReceiptBook.of(5);
  const order = [1, 2, 4, 5, 3].map((number) => book.line(number));
  const { code, found } = await verify(order);
  assertEquals([code, found], [1, ["reordered 3"]]);
  assertEquals((await verify(order, "--any_order")).code, 0);
});

Deno.test("receipts verify holds receipts against what was sent", async () => {
  await using folder = await TemporaryFolder.make();
  const book = ReceiptBook.of(3);
  const flag = `--predictions=${folder.path}/sent.jsonl`;
  const write = (lines: string[]) => Deno.writeTextFile(`${folder.path}/sent.jsonl`, lines.join("\n"));
  await write(book.predictions);
  assertEquals((await verify(book.lines, flag)).code, 0);

  const [first = "", second = "", third = ""] = book.predictions;
  await write([first, second.replace('"wager": 1.5', '"wager": 15'), third]);
  const changed = await verify(book.lines, flag);
  assertEquals([changed.code, changed.found], [1, ["changed_prediction 2"]]);

  await write([first, third]);
  assertEquals((await verify(book.lines, flag)).found, ["not_sent 2"]);
});

Deno.test("receipts verify counts predictions without a receipt, which is no fault", async () => {
  await using folder = await TemporaryFolder.make();
  const book = ReceiptBook.of(3);
  const batch = `{"type": "prediction", "data": {"predictions": [${book.predictions.join()}]}}`;
  await Deno.writeTextFile(`${folder.path}/sent.jsonl`, batch);
  const { code, report } = await verify(book.lines.slice(0, 2), `--predictions=${folder.path}/sent.jsonl`);
  assertEquals([code, report.counts], [0, { unconfirmed: 1 }]);
});

Deno.test("receipts verify takes a receipt that comes again as no fault", async () => {
  const book = ReceiptBook.of(3);
  const again = book.confirm("p1", { ...book.receipt(1) });
  const { code, found } = await verify([...book.lines, again, book.line(2)]);
  assertEquals([code, found], [0, ["duplicate 4", "duplicate 5"]]);
});

Deno.test("receipts verify shows two receipts that claim one place", async () => {
  const book = ReceiptBook.of(3);
  const fork = book.confirm("q3", { ...book.receipt(3), sequence: 9 });
  const other = book.confirm("p2", { ...book.receipt(2), sequence: 11, miner_sequence: 4 });
  assertEquals((await verify([...book.lines, fork])).found, ["fork 4"]);
  const twice = await verify([...book.lines, other]);
  assertEquals(twice.report.counts, { fork: 1, broken_link: 1 });
});

Deno.test("receipts verify explains that a backup was restored, and which receipts count no more", async () => {
  const book = ReceiptBook.of(6);
  const restored = book.restored(3, "9f0c2a11");
  for (const sequence of [4, 5, 6, 7]) restored.accept(sequence);
  const { code, found, report } = await verify([...book.lines, ...restored.lines.slice(3)]);
  assertEquals([code, found], [1, ["restored 7"]]);
  for (const part of ["ended with receipt 3", "lineage 9f0c2a11", "receipts 4 to 6", "line 4"]) {
    assertStringIncludes(report.findings[0]?.message ?? "", part);
  }
  const [miner] = report.miners;
  assertEquals([miner?.receipts, miner?.first, miner?.last], [7, 1, 7]);
});

Deno.test("receipts verify takes a chain that goes on in another lineage for sound", async () => {
  const restored = ReceiptBook.of(3).restored(3, "9f0c2a11");
  for (const sequence of [9, 10]) restored.accept(sequence);
  const { code, found } = await verify([...restored.lines, restored.line(2)]);
  assertEquals([code, found], [0, ["duplicate 6"]]);
});

Deno.test("receipts verify shows a lineage that does not follow what it names as the one before", async () => {
  const book = ReceiptBook.of(4);
  const restored = book.restored(2, "9f0c2a11");
  restored.accept(3, "1".repeat(64));
  const { code, found } = await verify([...book.lines, restored.line(3)]);
  assertEquals([code, found], [1, ["restored 5", "broken_link 5"]]);
});

Deno.test("receipts verify shows one sequence that was given to two miners", async () => {
  const [own, other] = [ReceiptBook.of(2), ReceiptBook.of(2, new ReceiptBook(testKey(8).address, "q"))];
  assertEquals((await verify([...own.lines, ...other.lines])).found, ["fork 3", "fork 4"]);
});

Deno.test("receipts verify shows a receipt that does not name the one before it", async () => {
  const book = ReceiptBook.of(2);
  book.accept(3, "ab".repeat(32));
  assertEquals((await verify(book.lines)).found, ["broken_link 3"]);
  const fresh = new ReceiptBook();
  fresh.accept(1, "ab".repeat(32));
  assertEquals((await verify(fresh.lines)).found, ["broken_link 1"]);
});

Deno.test("receipts verify shows a validator's sequence that falls", async () => {
  const book = ReceiptBook.of(2);
  book.accept(1);
  assertEquals((await verify(book.lines)).report.counts, { broken_link: 1, fork: 1 });
});

Deno.test("receipts verify shows another validator's receipt", async () => {
  const book = ReceiptBook.of(2);
  const strange = book.confirm("p9", { ...book.receipt(2) }, testKey(901));
  assertEquals((await verify([...book.lines, strange])).found, ["other_validator 3"]);
  const wrong = await verify(book.lines, `--validator=${testKey(901).address}`);
  assertEquals([wrong.code, wrong.report.counts], [1, { other_validator: 2 }]);
});

Deno.test("receipts verify follows each of two miners, and shows the other where --miner names one", async () => {
  const own = ReceiptBook.of(3, new ReceiptBook(), 2);
  const other = new ReceiptBook(testKey(8).address, "q");
  other.accept(1);
  other.accept(3);
  const lines = [own.line(1), other.line(1), own.line(2), other.line(2), own.line(3)];
  const both = await verify(lines);
  assertEquals([both.code, both.report.miners.map(({ receipts }) => receipts)], [0, [3, 2]]);
  const one = await verify(lines, `--miner=${own.miner}`);
  assertEquals([one.code, one.found], [1, ["foreign_miner 2", "foreign_miner 4"]]);
});

Deno.test("receipts verify shows two miners that are not named as a fork", async () => {
  const own = ReceiptBook.of(2, new ReceiptBook(null));
  const other = new ReceiptBook(null, "q");
  other.accept(7);
  const { code, report } = await verify([...own.lines, ...other.lines]);
  assertEquals([code, report.counts], [1, { fork: 1 }]);
  assertStringIncludes(report.findings[0]?.message ?? "", "another that is not named");
});

Deno.test("receipts verify says that a file ends within its last line", async () => {
  const book = ReceiptBook.of(3);
  const { code, found } = await verify(book.lines.join("\n").slice(0, -20));
  assertEquals([code, found], [1, ["truncated 3"]]);
  assertEquals((await verify(book.lines.join("\n"))).code, 0);
});

Deno.test("receipts verify shows hostile lines and reads on", async () => {
  const book = ReceiptBook.of(2);
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const hostile = [
    "not JSON",
    "[]",
    "null",
    deep,
    `{"type": "${"x".repeat(2 * 1024 * 1024)}"}`,
    "{}",
    "\u0000",
  ];
  const noReceipt = book.confirm("p9", { sequence: -1 });
  const { code, report } = await verify([book.line(1), ...hostile, noReceipt, "", book.line(2)]);
  assertEquals([code, report.counts, report.confirmations], [1, { unreadable: 8 }, 2]);
});

Deno.test("receipts verify reads past bytes that are no text, and past a line without end", async () => {
  const book = ReceiptBook.of(1);
  const lump = new Uint8Array(64 * 1024).fill(0xff);
  let lumps = 0;
  const input = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (lumps++ < 400) return controller.enqueue(lump);
      controller.enqueue(new TextEncoder().encode(`\n\xff\n${book.line(1)}\n`));
      controller.close();
    },
  });
  const { code, report } = await verifyStream(input);
  assertEquals([code, report.counts], [1, { unreadable: 2 }]);
});

Deno.test("receipts verify lists few of many findings and counts all", async () => {
  const { report } = await verify([...ReceiptBook.of(1).lines, ...Array.from({ length: 500 }, () => "x")]);
  assertEquals([report.findings.length, report.counts.unreadable], [100, 500]);
});

Deno.test("receipts verify ends with 2 where there is nothing to verify", async () => {
  for (const input of ["", "\n\n", "garbage\n", '{"event":"state"}\n']) {
    const { code, complaint } = await verify(input);
    assertEquals(code, 2);
    assertStringIncludes(complaint, "it holds no signed confirmation");
  }
});

Deno.test("receipts verify ends with 2 for a command line or a file that cannot be used", async () => {
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/sent.jsonl`, "{}\n");
  const validator = `--validator=${testKey(900).address}`;
  const cases: [string[], string][] = [
    [[], "Expected an action"],
    [["verify", validator], "Missing FILE"],
    [["verify", "-"], "Missing --validator"],
    [["verify", "-", "--validator=5F"], "Invalid validator: flag --validator"],
    [["verify", "-", validator, "--from=0"], "Invalid from: flag --from"],
    [["verify", "-", validator, "--miner=5F"], "Invalid miner: flag --miner"],
    [["verify", `${folder.path}/absent`, validator], "Cannot read"],
    [["verify", folder.path, validator], "Cannot read"],
    [["verify", "-", validator, `--predictions=${folder.path}/sent.jsonl`], "line 1: expected a prediction"],
  ];
  for (const [args, complaint] of cases) {
    const stdio = new MemoryStdio();
    assertEquals(await runReceipts(args, { stdio, clock: new FakeClock(), show: undefined }), 2);
    assertStringIncludes(stdio.complained, complaint);
  }
});

Deno.test("receipts verify asks a validator that is named by where it is reached for its address", async () => {
  const book = ReceiptBook.of(3);
  const asked: string[] = [];
  const verifyWith = async (validator: string, health: unknown) => {
    const stdio = new MemoryStdio(book.lines.join("\n"));
    const answer = (url: string | URL | Request) => {
      asked.push(String(url));
      return Promise.resolve(Response.json(health));
    };
    const args = ["verify", "-", `--validator=${validator}`];
    const code = await runReceipts(args, {
      stdio,
      clock: new FakeClock(),
      show: undefined,
      fetch: answer as typeof fetch,
    });
    return [code, stdio.complained];
  };
  assertEquals(await verifyWith("127.0.0.1:10401", { validator: book.validator.address }), [0, ""]);
  assertEquals(await verifyWith("wss://v.example/ws", { status: "online" }), [
    2,
    "Cannot ask https://v.example/ws/health for the validator's address: it tells none\n",
  ]);
  assertEquals(asked, ["http://127.0.0.1:10401/ws/health", "https://v.example/ws/health"]);
});

Deno.test("receipts verify prints findings with file and line, and no control characters", async () => {
  const book = ReceiptBook.of(3);
  const hostile = book.confirm("p2", { ...book.receipt(2) }, testKey(901))
    .replace(/"sender": "\w+"/, '"sender": "\\u001b[2J"');
  const stdio = new MemoryStdio([book.line(1), hostile, book.line(3)].map((line) => `${line}\n`).join(""));
  const args = ["verify", "-", `--validator=${book.validator.address}`];
  assertEquals(await runReceipts(args, { stdio, clock: new FakeClock(), show: undefined }), 1);
  assertStringIncludes(stdio.printed, "-:2: other_validator: signed by \\u{1b}[2J");
  assertStringIncludes(stdio.printed, "NOT SOUND");
  assert(!stdio.printed.includes("\x1b"));
});

Deno.test("receipts verify shows how far it is on a terminal, and cleans up", async () => {
  const book = ReceiptBook.of(3);
  const shown: string[] = [];
  let elapsed = 0;
  const clock = { now: () => 0, elapsed: () => elapsed += 150, after: () => ({ cancel() {} }) };
  const stdio = new MemoryStdio(book.lines.join("\n"));
  const args = ["verify", "-", `--validator=${book.validator.address}`];
  await runReceipts(args, { stdio, clock, show: (text) => void shown.push(text) });
  assert(shown.length > 1);
  assertEquals(shown.at(-1), "\r\x1b[K");
});
