import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { runKeys } from "../../lib/cli/keys.ts";
import { cryptoReady, keypairFromSeed, readJwt, verifySignature } from "../../lib/crypto/mod.ts";
import { MemoryStdio } from "../helpers/memory_stdio.ts";
import { type KeyVector, signedMessages } from "../helpers/signed_messages.ts";

await cryptoReady();
const [key] = signedMessages.keys as [KeyVector];

interface Outcome {
  readonly code: number;
  readonly printed: string;
  readonly complained: string;
}

async function keys(args: string[], input: ReadableStream<Uint8Array> | string = ""): Promise<Outcome> {
  const stdio = new MemoryStdio(input);
  const code = await runKeys(args, stdio);
  return { code, printed: stdio.printed, complained: stdio.complained };
}

/** A directory with the first key of the vectors in `key`. */
async function keyDirectory(): Promise<AsyncDisposable & { path: string; keyFile: string }> {
  const path = await Deno.makeTempDir();
  const keyFile = `${path}/key`;
  await Deno.writeTextFile(keyFile, `0x${key.seed}\n`);
  return { path, keyFile, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function sign(args: string[], input?: string): Promise<Outcome> {
  await using directory = await keyDirectory();
  return await keys(["sign", "--key", directory.keyFile, ...args], input);
}

Deno.test("keys new prints a key and its seed", async () => {
  const { code, printed } = await keys(["new"]);
  const { address, public_key, seed } = JSON.parse(printed);
  const keypair = keypairFromSeed(hexToBytes(seed));
  assertEquals([code, address, public_key], [0, keypair.address, bytesToHex(keypair.publicKey)]);
});

Deno.test("keys new --out keeps the seed in a file for the user alone", async () => {
  await using directory = await keyDirectory();
  const out = `${directory.path}/new`;
  const { code, printed } = await keys(["new", "--out", out]);
  assertEquals([code, Object.keys(JSON.parse(printed))], [0, ["address", "public_key"]]);
  assertEquals(((await Deno.stat(out)).mode ?? 0) & 0o777, 0o600);
  assertEquals((await keys(["inspect", out])).printed, printed);
});

Deno.test("keys new --out overwrites nothing", async () => {
  await using directory = await keyDirectory();
  const { code, printed, complained } = await keys(["new", `--out=${directory.keyFile}`]);
  assertEquals([code, printed], [1, ""]);
  assertEquals(complained, `Cannot write key file: ${directory.keyFile} exists already\n`);
  assertEquals(await Deno.readTextFile(directory.keyFile), `0x${key.seed}\n`);
});

Deno.test("keys inspect shows the same for a key file and its address", async () => {
  await using directory = await keyDirectory();
  const expected = `${JSON.stringify({ address: key.address, public_key: key.public })}\n`;
  assertEquals((await keys(["inspect", directory.keyFile])).printed, expected);
  assertEquals((await keys(["inspect", key.address])).printed, expected);
});

Deno.test("keys inspect says which file it cannot find", async () => {
  const { code, complained } = await keys(["inspect", "/no/such/key"]);
  assertEquals(code, 1);
  assertStringIncludes(complained, "/no/such/key");
});

Deno.test("keys sign signs an argument, or standard input without its final line break", async () => {
  const outcomes = [await sign(["some text"]), await sign([], "some text\n"), await sign([], "some text")];
  for (const { code, printed } of outcomes) {
    assertEquals(code, 0);
    assertMatch(printed, /^[0-9a-f]{128}\n$/);
    assert(verifySignature("some text", printed.trim(), key.address));
  }
  const { printed } = await sign([], "two\nlines\n\n");
  assert(verifySignature("two\nlines\n", printed.trim(), key.address));
});

Deno.test("keys sign signs a text that looks like an option after --", async () => {
  const { printed } = await sign(["--", "--help"]);
  assert(verifySignature("--help", printed.trim(), key.address));
});

Deno.test("keys sign --lines prints one signature a line", async () => {
  const { printed } = await sign(["--lines"], "first\n\nthird 🏈");
  const signatures = printed.trimEnd().split("\n");
  for (const [index, text] of ["first", "", "third 🏈"].entries()) {
    assert(verifySignature(text, signatures[index] ?? "", key.address), text);
  }
});

Deno.test("keys sign --json makes frames that verify", async () => {
  for (const { signed } of signedMessages.vectors) {
    const { code, printed } = await sign(["--json", signed]);
    const { signature } = JSON.parse(printed);
    assertEquals(code, 0);
    assertEquals(printed, `${signed.slice(0, -1)}, "signature": "${signature}"}\n`);
    assert(verifySignature(signed, signature, key.address));
  }
});

Deno.test("keys sign --json answers each line, also one that is no message", async () => {
  const { code, printed } = await sign(
    ["--json"],
    '{"b": 1.0, "a": 2}\n{"a"}\n[]\n{}\n{"c": 3, "signature": "old"}\n',
  );
  const lines = printed.trimEnd().split("\n");
  assertEquals(code, 1);
  assertMatch(lines[0] ?? "", /^{"a": 2, "b": 1\.0, "signature": "[0-9a-f]{128}"}$/);
  assertStringIncludes(JSON.parse(lines[1] ?? "").error, 'expected ":" at character 4');
  assertStringIncludes(JSON.parse(lines[2] ?? "").error, "expected a JSON object");
  assertStringIncludes(JSON.parse(lines[3] ?? "").error, "Cannot sign an empty message");
  assertMatch(lines[4] ?? "", /^{"c": 3, "signature": "[0-9a-f]{128}"}$/);
});

Deno.test("keys sign answers a line before the next one comes", async () => {
  await using directory = await keyDirectory();
  for (const flag of ["--json", "--lines"]) {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const answers = new TransformStream<string, string>();
    const [writer, reader] = [writable.getWriter(), answers.readable.getReader()];
    const answerer = answers.writable.getWriter();
    const stdio = Object.assign(new MemoryStdio(readable), { print: (text: string) => answerer.write(text) });
    const done = runKeys(["sign", "--key", directory.keyFile, flag], stdio);
    for (let line = 0; line < 3; line++) {
      await writer.write(new TextEncoder().encode(`{"line": ${line}}\n`));
      assertMatch((await reader.read()).value ?? "", /[0-9a-f]{128}(?:"})?\n$/);
    }
    await writer.close();
    assertEquals(await done, 0);
  }
});

Deno.test("keys verify ends with 0 for a genuine signature and with 1 for another", async () => {
  const signature = keypairFromSeed(hexToBytes(key.seed)).sign("text");
  const claim = ["verify", "--address", key.address, "--signature", signature];
  assertEquals(await keys([...claim, "text"]), { code: 0, printed: "valid\n", complained: "" });
  assertEquals(await keys(claim, "text\n"), { code: 0, printed: "valid\n", complained: "" });
  assertEquals(await keys([...claim, "test"]), { code: 1, printed: "not valid\n", complained: "" });
});

Deno.test("keys verify --json checks messages of other programs", async () => {
  for (const { wire, valid } of signedMessages.vectors) {
    assertEquals((await keys(["verify", "--json"], `${wire}\n`)).code, valid ? 0 : 1);
    assertEquals((await keys(["verify", "--json", wire])).code, valid ? 0 : 1);
  }
});

Deno.test("keys verify says what keeps it from checking", async () => {
  const outcomes = [
    [["verify", "--json", '{"sender": "x"}'], "Cannot verify message: it has no signature"],
    [["verify", "--json", '{"signature": "x"}'], "Cannot verify message: it has no sender or hotkey"],
    [["verify", "--json", "{"], "expected a quoted key at character 1"],
    [["verify", "--address", "nobody", "--signature", "x", "text"], "Cannot decode address"],
  ] as const;
  for (const [args, complaint] of outcomes) {
    const { code, complained } = await keys([...args]);
    assertEquals(code, 1);
    assertStringIncludes(complained, complaint);
  }
});

Deno.test("keys ends with 2 when it is not understood, and says what is wrong", async () => {
  const outcomes = [
    [[], "Expected an action: new, inspect, sign, verify"],
    [["toString"], "Expected an action"],
    [["new", "--output", "x"], "Unknown flag --output"],
    [["new", "--out"], "Flag --out has no value"],
    [["inspect"], "Missing a key file or an address"],
    [["inspect", "a", "b"], "Unexpected argument after the first one"],
    [["sign", "text"], "Missing --key"],
    [["sign", "--json=yes"], "Flag --json takes no value"],
    [["sign", "--key=a", "--key=b"], "Flag --key is given twice"],
    [["sign", "--key", "--json"], "Flag --key has no value: expected --key=FILE"],
    [["verify", "--address", key.address, "text"], "Missing --signature"],
  ] as const;
  for (const [args, complaint] of outcomes) {
    const { code, printed, complained } = await keys([...args]);
    assertEquals([code, printed], [2, ""]);
    assertStringIncludes(complained, complaint);
    assertStringIncludes(complained, 'heliograph keys --help" says more');
  }
});

Deno.test("keys suggests the action that was meant", async () => {
  const { code, complained } = await keys(["sgin"]);
  assertEquals([code, complained], [2, "Unknown action: did you mean sign?\n"]);
});

Deno.test("keys --help explains every action", async () => {
  for (const args of [["--help"], ["sign", "--help"]]) {
    const { code, printed } = await keys(args);
    assertEquals(code, 0);
    for (const action of ["new", "inspect", "sign", "verify"]) assertStringIncludes(printed, action);
  }
});

Deno.test("keys token makes a token for one stream, by the first key of the file", async () => {
  await using directory = await keyDirectory();
  const [first, second] = ["a".repeat(32), "b".repeat(32)];
  await Deno.writeTextFile(directory.keyFile, `${first}\n${second}\n`, { mode: 0o600 });
  const args = ["token", `--key=${directory.keyFile}`, "--stream=user:ada"];
  const { code, printed } = await keys([...args, "--subject=ada", "--expires=60"]);
  const claims = readJwt(printed.trim(), [first]);
  assertEquals([code, claims?.["channel"], claims?.["sub"]], [0, "user:ada", "ada"]);
  assertEquals(Number(claims?.["exp"]) - Number(claims?.["iat"]), 60);
  assertEquals(readJwt(printed.trim(), [second]), undefined);
});

Deno.test("keys token quotes no key that it cannot use", async () => {
  await using directory = await keyDirectory();
  await Deno.writeTextFile(directory.keyFile, "too short\n");
  const { code, complained } = await keys(["token", `--key=${directory.keyFile}`, "--stream=user:ada"]);
  assertEquals(code, 1);
  assertMatch(complained, /Cannot use the token keys in .*: expected one a line/);
  assertEquals(complained.includes("too short"), false);
});
