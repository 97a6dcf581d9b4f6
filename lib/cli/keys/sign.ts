import { filePath, flag, required } from "../../config/mod.ts";
import type { Keypair } from "../../crypto/mod.ts";
import { attachSignature, parseMessage, signedText } from "../../protocol/mod.ts";
import { readUsage, type Usage } from "../command.ts";
import { readLines, readText, type Stdio } from "../stdio.ts";
import { readKeypair } from "./key.ts";

/** How it is called. */
export const signUsage = {
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
export async function sign(args: string[], stdio: Stdio): Promise<number> {
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
