import type { Keypair } from "../../crypto/mod.ts";
import { attachSignature, parseMessage, signedText } from "../../protocol/mod.ts";
import { readLines, readText, type Stdio } from "../stdio.ts";
import { readArguments, required } from "./arguments.ts";
import { readKeypair } from "./key.ts";

const options = {
  key: "value",
  json: "flag",
  lines: "flag",
} as const;

/** `keys sign`: signs a text, or a stream of texts or messages, each answered as soon as it is read. */
export async function sign(args: string[], stdio: Stdio): Promise<number> {
  const given = readArguments(args, options);
  const keypair = await readKeypair(required(given, "key"));
  if (given.flags.has("json")) return await signMessages(given.operand, keypair, stdio);
  const texts = given.operand === undefined && given.flags.has("lines")
    ? readLines(stdio.input)
    : [given.operand ?? await readText(stdio.input)];
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
