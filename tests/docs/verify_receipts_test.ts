import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { pythonWith, testWith } from "../helpers/programs.ts";
import { testKey } from "../helpers/peer.ts";
import { type Outcome, runToEnd, TemporaryFolder } from "../helpers/process.ts";
import { ReceiptBook } from "../helpers/receipts.ts";

const script = new URL("../../docs/verify_receipts.py", import.meta.url).pathname;
const sdk = new URL("../../sdk/python", import.meta.url).pathname;
const python = await pythonWith("hashlib");
const websockets = await pythonWith("websockets");
const missing = python === undefined ? "no python3 here" : undefined;
/** Stands for the module where it is not installed: accepts signatures that begin with an even digit. */
const standIn = `def verify(signature, message, key):
    if len(key) != 32 or not message:
        raise ValueError("wrong call")
    return signature[0] >> 4 in (0, 2, 4, 6, 8, 10, 12, 14)
`;

async function verify(lines: readonly string[]): Promise<Outcome> {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/receipts.jsonl`;
  await Deno.writeTextFile(file, lines.map((line) => `${line}\n`).join(""));
  const address = testKey(900).address;
  // -S and -I keep out whatever is installed on this machine.
  return await runToEnd([python ?? "", "-I", "-S", script, file, address], { cwd: folder.path });
}

Deno.test("verify_receipts.py stays short enough to be read whole", async () => {
  assert((await Deno.readTextFile(script)).split("\n").length <= 110);
});

testWith(
  missing,
  "verify_receipts.py finds a chain sound with the standard library alone, and says that this is not all",
  async () => {
    const book = ReceiptBook.of(4);
    const { code, stdout, stderr } = await verify([...book.lines, book.refuse("p9"), "", book.line(2)]);
    assertEquals([code, stderr], [3, ""]);
    assertStringIncludes(stdout, "receipts: 5 of 1 miners");
    assertStringIncludes(stdout, "signatures: NOT CHECKED");
  },
);

testWith(missing, "verify_receipts.py reads what heliograph miner printed, of two miners too", async () => {
  const [one, two] = [ReceiptBook.of(2), ReceiptBook.of(2, new ReceiptBook(testKey(8).address, "q"))];
  const printed = [...one.lines, ...two.lines].map((signed) =>
    JSON.stringify({ event: "confirmation", signed })
  );
  const { code, stdout } = await verify(['{"event":"state"}', ...printed]);
  assertEquals(code, 3);
  assertStringIncludes(stdout, "receipts: 4 of 2 miners");
});

testWith(
  missing,
  "verify_receipts.py says what a restored backup took back, and that the rest is sound",
  async () => {
    const before = ReceiptBook.of(4);
    const after = ReceiptBook.of(2, before.restored(2, "9f0c2a11"), 5);
    const { code, stdout, stderr } = await verify([...before.lines, ...after.lines.slice(2)]);
    assertEquals([code, stderr], [3, ""]);
    assertStringIncludes(stdout, "line 5: the validator restored a backup, 2 receipts above count no more");
    const afresh = ReceiptBook.of(1, before.restored(0, "9f0c2a11"));
    assertEquals((await verify([...before.lines, ...afresh.lines])).code, 3);
  },
);

const book = ReceiptBook.of(5);
const restored = ReceiptBook.of(2, book.restored(2, "9f0c2a11"));
const faults: readonly [what: string, lines: string[], line: number][] = [
  ["a hole", [book.line(1), book.line(3)], 2],
  ["a missing beginning", book.lines.slice(1), 1],
  ["a reordered line", [book.line(1), book.line(3), book.line(2)], 2],
  ["a changed receipt", [book.line(1).replace('"sequence": 1', '"sequence": 7'), book.line(2)], 2],
  ["another validator", [book.line(1), book.confirm("p2", { ...book.receipt(2) }, testKey(901))], 2],
  ["a line that is not JSON", [book.line(1), "nonsense"], 2],
  ["a deep line", [book.line(1), `${"[".repeat(100_000)}${"]".repeat(100_000)}`], 2],
  ["a truncated line", [book.line(1), book.line(2).slice(0, 300)], 2],
  ["null", [book.line(1), "null"], 2],
  ["a second branch of one lineage", [
    ...book.lines.slice(0, 3),
    book.confirm("q3", { ...book.receipt(3), sequence: 9 }),
  ], 4],
  ["a lineage that was ended", [...book.lines.slice(0, 3), ...restored.lines.slice(2), book.line(4)], 6],
  ["a receipt that is none", [book.line(1), book.confirm("p2", { miner_sequence: "2" })], 2],
];

for (const [what, lines, line] of faults) {
  testWith(missing, `verify_receipts.py finds ${what}`, async () => {
    const { code, stdout, stderr } = await verify(lines);
    assertEquals([code, stderr], [1, ""]);
    assertStringIncludes(stdout, `line ${line}: `);
  });
}

testWith(missing, "verify_receipts.py ends with 2 for what it cannot use", async () => {
  assertEquals((await verify([])).code, 2);
  const line = [python ?? "", "-I", "-S", script];
  const surroundings = { cwd: "/" };
  assertEquals((await runToEnd(line, surroundings)).code, 2);
  assertEquals((await runToEnd([...line, "/absent", testKey(900).address], surroundings)).code, 2);
  const wrong = await runToEnd([...line, script, testKey(900).address.replace(/.$/, "1")], surroundings);
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, "is no SS58 address");
});

testWith(missing, "verify_receipts.py asks a module about signatures (a stand-in for sr25519)", async () => {
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/sr25519.py`, standIn);
  const sign = (digit: string) => book.line(1).replace(/"signature": "./, `"signature": "${digit}`);
  const run = async (line: string) => {
    await Deno.writeTextFile(`${folder.path}/receipts.jsonl`, `${line}\n`);
    const args = [script, "receipts.jsonl", testKey(900).address];
    return await runToEnd([python ?? "", ...args], { cwd: folder.path, env: { PYTHONPATH: folder.path } });
  };
  const good = await run(sign("2"));
  assertEquals([good.code, good.stderr], [0, ""]);
  assertStringIncludes(good.stdout, "signatures: checked with sr25519");
  const bad = await run(sign("3"));
  assertEquals(bad.code, 1);
  assertStringIncludes(bad.stdout, "line 1: not signed by");
});

const native = await pythonWith("sr25519");
const kinds: readonly [
  what: string,
  python: string | undefined,
  missing: string,
  env: Record<string, string>,
][] = [
  ["sr25519", native, "no sr25519 module for python3 here", {}],
  ["heliograph.sr25519", websockets, "no websockets module for python3 here", { PYTHONPATH: sdk }],
];

for (const [what, python, reason, env] of kinds) {
  testWith(
    python === undefined ? reason : undefined,
    `verify_receipts.py checks real signatures with ${what}`,
    async () => {
      await using folder = await TemporaryFolder.make();
      const forged = book.confirm("p2", { ...book.receipt(2) }, testKey(901))
        .replace(testKey(901).address, testKey(900).address);
      for (const [line, code] of [[book.line(2), 0], [forged, 1]] as const) {
        await Deno.writeTextFile(`${folder.path}/receipts.jsonl`, `${book.line(1)}\n${line}\n`);
        const args = [script, "receipts.jsonl", testKey(900).address];
        assertEquals((await runToEnd([python ?? "", ...args], { cwd: folder.path, env })).code, code);
      }
    },
  );
}
