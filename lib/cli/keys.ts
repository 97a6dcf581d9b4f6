import { cryptoReady } from "../crypto/mod.ts";
import type { Command } from "./command.ts";
import { UsageError } from "./keys/arguments.ts";
import { inspect } from "./keys/inspect.ts";
import { newKey } from "./keys/new.ts";
import { sign } from "./keys/sign.ts";
import { verify } from "./keys/verify.ts";
import { processStdio, type Stdio } from "./stdio.ts";

/** What `--help` prints. */
export const usage = `Usage: heliograph keys ACTION

  new [--out FILE]               make a key; without FILE its seed is printed, with FILE written there (mode 0600)
  inspect FILE|ADDRESS           print the address and public key
  sign --key FILE [TEXT]         print the signature over TEXT or standard input
    --lines                      sign each line of standard input, one signature a line
    --json                       sign messages, one a line, and print each with its signature added
  verify --address A --signature S [TEXT]
                                 check a signature over TEXT or standard input: exit code 0 if valid, 1 if not
  verify --json [MESSAGE]        check a message that carries its signature and its sender or hotkey

A key file holds 64 hex digits, a mnemonic, or is the JSON file of a Bittensor hotkey.
A final line break of standard input is not part of the text. Put -- before a TEXT that begins with a dash.

Examples:
  heliograph keys new --out=miner.key
  heliograph keys inspect miner.key
  echo '{"type": "heartbeat"}' | heliograph keys sign --key=miner.key --json
`;

const actions: Record<string, ((args: string[], stdio: Stdio) => Promise<number>) | undefined> = {
  new: newKey,
  inspect,
  sign,
  verify,
};

/** `heliograph keys`: makes, inspects and uses hotkeys. */
export const run: Command = (args: string[]): Promise<number> => runKeys(args, processStdio);

/** {@link run} on streams of the caller's choice. */
export async function runKeys(args: string[], stdio: Stdio): Promise<number> {
  try {
    return await act(args, stdio);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const advice = error instanceof UsageError ? '. "heliograph keys --help" says more' : "";
    await stdio.complain(`${message}${advice}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function act([name = "", ...args]: string[], stdio: Stdio): Promise<number> {
  if (asksForHelp([name, ...args])) {
    await stdio.print(usage);
    return 0;
  }
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined) throw new UsageError(`Expected an action: ${Object.keys(actions).join(", ")}`);
  await cryptoReady();
  return await action(args, stdio);
}

/** A text to sign may be `--help` itself, after `--`. */
function asksForHelp(args: string[]): boolean {
  const help = args.indexOf("--help");
  return help >= 0 && !args.slice(0, help).includes("--");
}
