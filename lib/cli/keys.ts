import { bytesToHex } from "@noble/hashes/utils.js";
import { dirname } from "node:path";
import {
  filePath,
  flag,
  integer,
  optional,
  quoted,
  required,
  setting,
  text,
  UsageError,
} from "../config/mod.ts";
import {
  cryptoReady,
  decodeAddress,
  encodeAddress,
  isAddress,
  type Keypair,
  keypairFromSeed,
  parseKeyFile,
  randomSeed,
  signJwt,
  verifySignature,
} from "../crypto/mod.ts";
import {
  attachSignature,
  type ExactJson,
  ownStreamName,
  parseMessage,
  signedText,
  systemClock,
} from "../protocol/mod.ts";
import { readTokenKeys } from "../streams/mod.ts";
import { type Command, readUsage, runAction, type Told, type Usage } from "./command.ts";
import { processStdio, readLines, readText, type Stdio } from "./stdio.ts";

/** What every action reads and writes. */
interface Streams {
  readonly stdio: Stdio;
}

/** The keypair of a key file. */
async function readKeypair(path: string): Promise<Keypair> {
  return keypairFromSeed(parseKeyFile(await Deno.readTextFile(path)));
}

const inspectUsage = {
  name: "keys inspect",
  operand: "FILE|ADDRESS",
  about: "Prints the address and the public key.",
  options: {},
} satisfies Usage;

/** `keys inspect`: the address and public key of a key file or an address. */
async function inspect(args: string[], { stdio }: Streams): Promise<number> {
  const { operand } = readUsage(inspectUsage, args);
  if (operand === undefined) throw new UsageError("Missing a key file or an address");
  await stdio.print(facts(describeKey(await publicKeyOf(operand)), stdio));
  return 0;
}

async function publicKeyOf(operand: string): Promise<Uint8Array> {
  if (isAddress(operand)) return decodeAddress(operand);
  try {
    return (await readKeypair(operand)).publicKey;
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Error(`Cannot inspect ${quoted(operand)}: it is neither an address nor a file`, { cause });
  }
}

/** What may be shown of a key. */
function describeKey(publicKey: Uint8Array): Record<string, string> {
  return { address: encodeAddress(publicKey), public_key: bytesToHex(publicKey) };
}

/** A few facts by their names: a line each on a terminal, else one JSON object. */
function facts(all: Readonly<Record<string, string>>, { terminal }: Pick<Stdio, "terminal">): string {
  if (terminal === undefined) return `${JSON.stringify(all)}\n`;
  const width = Math.max(...Object.keys(all).map((name) => name.length));
  return Object.entries(all).map(([name, value]) => `${name.replaceAll("_", " ").padEnd(width)}  ${value}\n`)
    .join("");
}

const newUsage = {
  name: "keys new",
  about: "Makes a key. Without a file its seed is printed.",
  options: {
    out: optional(filePath, "Where the seed is written, for you alone to read; the folder is made too."),
  },
} satisfies Usage;

/** `keys new`: makes a key, and writes its seed to a file that only the user can read. */
async function newKey(args: string[], { stdio }: Streams): Promise<number> {
  const { out } = readUsage(newUsage, args).values;
  const { seed, publicKey } = keypairFromSeed(randomSeed());
  const hex = bytesToHex(seed);
  if (out !== undefined) await writeKeyFile(out, hex);
  await stdio.print(facts({ ...describeKey(publicKey), ...out === undefined ? { seed: hex } : {} }, stdio));
  return 0;
}

async function writeKeyFile(path: string, seed: string): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(path, `${seed}\n`, { createNew: true, mode: 0o600 });
  } catch (cause) {
    const reason = cause instanceof Deno.errors.AlreadyExists ? "exists already" : undefined;
    throw new Error(
      `Cannot write key file: ${reason === undefined ? (cause as Error).message : `${path} ${reason}`}`,
      {
        cause,
      },
    );
  }
}

const signUsage = {
  name: "keys sign",
  operand: "[TEXT]",
  about: "Prints the signature over TEXT, or over standard input.",
  options: {
    key: required(filePath, "The key to sign with."),
    lines: flag("Signs each line of standard input, one signature a line."),
    json: flag("Signs messages, one a line, and prints each with its signature added."),
  },
} satisfies Usage;

/** `keys sign`: signs a text, or a stream of texts or messages, each answered as soon as it is read. */
async function sign(args: string[], { stdio }: Streams): Promise<number> {
  const { values: { key, json, lines }, operand } = readUsage(signUsage, args);
  const keypair = await readKeypair(key);
  if (json) return await signMessages(operand, keypair, stdio);
  const texts = operand === undefined && lines
    ? readLines(stdio.input)
    : [operand ?? await readText(stdio.input)];
  for await (const text of texts) await stdio.print(`${keypair.sign(text)}\n`);
  return 0;
}

async function signMessages(message: string | undefined, keypair: Keypair, stdio: Stdio): Promise<number> {
  let exitCode = 0;
  for await (const line of message === undefined ? readLines(stdio.input) : [message]) {
    const answer = signMessage(line, keypair);
    if ("error" in answer) exitCode = 1;
    await stdio.print(`${"error" in answer ? JSON.stringify(answer) : answer.frame}\n`);
  }
  return exitCode;
}

/** A line that is no message is answered too, so that a program waiting for one line per line never hangs. */
function signMessage(line: string, keypair: Keypair): { frame: string } | { error: string } {
  try {
    const text = signedText(parseMessage(line));
    if (text === "{}") throw new TypeError("Cannot sign an empty message");
    return { frame: attachSignature(text, keypair.sign(text)) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

const verifyUsage = {
  name: "keys verify",
  synopsis: ["keys verify [TEXT] --address=ADDRESS --signature=HEX"],
  operand: "[TEXT]",
  about: "Checks a signature over TEXT, or over standard input: exit code 0 if it is valid, 1 if not.",
  options: {
    address: optional(text("an address"), "Whose signature it is to be.", { placeholder: "ADDRESS" }),
    signature: optional(text("a signature"), "The signature.", { placeholder: "HEX" }),
    json: flag("Checks a message that carries its signature, and its sender or hotkey."),
  },
} satisfies Usage;

type Given = Told<typeof verifyUsage.options>;

interface Claim {
  readonly text: string;
  readonly signature: string;
  readonly address: string;
}

/** `keys verify`: exit code 0 if the signature is the address's own over the text, 1 if not. */
async function verify(args: string[], { stdio }: Streams): Promise<number> {
  const given = readUsage(verifyUsage, args);
  const { text, signature, address } = await (given.values.json ? messageClaim : plainClaim)(given, stdio);
  decodeAddress(address);
  const valid = verifySignature(text, signature, address);
  await stdio.print(valid ? "valid\n" : "not valid\n");
  return valid ? 0 : 1;
}

async function plainClaim(
  { values: { address, signature }, operand }: Given,
  { input }: Stdio,
): Promise<Claim> {
  if (address === undefined) throw new UsageError("Missing --address=ADDRESS");
  if (signature === undefined) throw new UsageError("Missing --signature=HEX");
  return { address, signature, text: operand ?? await readText(input) };
}

async function messageClaim({ values, operand }: Given, { input }: Stdio): Promise<Claim> {
  const message = parseMessage(operand ?? await readText(input));
  return {
    text: signedText(message),
    signature: values.signature ?? stringMember("signature", message["signature"]),
    address: values.address ??
      stringMember("sender or hotkey", message["sender"] ?? message["hotkey"]),
  };
}

function stringMember(name: string, value: ExactJson | undefined): string {
  if (typeof value === "string") return value;
  throw new TypeError(`Cannot verify message: it has no ${name}`);
}

const tokenUsage = {
  name: "keys token",
  about: "Prints a token for a private stream, as a back end would make it (docs/own_streams.md).",
  options: {
    key: required(filePath, "The file that streams.token_key_file names; its first key signs."),
    stream: required(
      text("a stream's name", (value) => ownStreamName.safeParse(value).success, "NAME"),
      "Which stream it is for.",
    ),
    subject: optional(
      text("a name", (value) => value.length <= 256),
      "For whom it is, should you want to know.",
    ),
    expires: setting(integer(1, 31_536_000, "s"), 3600, "How long it is in force."),
  },
} satisfies Usage;

/** `keys token`: a subscription token, which a back end makes by itself. */
async function makeToken(args: string[], { stdio }: Streams): Promise<number> {
  const { key, stream, subject, expires } = readUsage(tokenUsage, args).values;
  const [signing = ""] = await readTokenKeys(key);
  const now = Math.floor(systemClock.now() / 1000);
  const about = subject === undefined ? {} : { sub: subject };
  await stdio.print(`${signJwt({ channel: stream, ...about, iat: now, exp: now + expires }, signing)}\n`);
  return 0;
}

/** How it is called. */
export const usage: Usage = {
  name: "keys",
  about:
    "Makes, shows and uses hotkeys, and makes tokens for streams. A key file holds 64 hex digits, a mnemonic, or is the JSON file of a " +
    "Bittensor hotkey.",
  options: {},
  actions: [newUsage, inspectUsage, signUsage, verifyUsage, tokenUsage],
  closing:
    "A final line break of standard input is not part of the text. Put -- before a TEXT that begins with " +
    "a dash. What is printed is JSON, except on a terminal.",
  examples: [
    "heliograph keys new --out=data/miner.key",
    "heliograph keys inspect data/miner.key",
    `echo '{"type": "heartbeat"}' | heliograph keys sign --key=miner.key --json`,
  ],
};

/** `heliograph keys`: makes, inspects and uses hotkeys. */
export const run: Command = (args) => runKeys(args, processStdio);

/** {@link run} on streams of the caller's choice. */
export async function runKeys(args: string[], stdio: Stdio): Promise<number> {
  await cryptoReady();
  return await runAction(usage, args, { stdio }, {
    new: [newUsage, newKey],
    inspect: [inspectUsage, inspect],
    sign: [signUsage, sign],
    verify: [verifyUsage, verify],
    token: [tokenUsage, makeToken],
  });
}
