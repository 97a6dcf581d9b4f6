import { cryptoReady } from "../crypto/mod.ts";
import { type Action, type Command, runAction, runFramed, type Usage } from "./command.ts";
import { inspect, inspectUsage } from "./keys/inspect.ts";
import { newKey, newUsage } from "./keys/new.ts";
import { sign, signUsage } from "./keys/sign.ts";
import { verify, verifyUsage } from "./keys/verify.ts";
import { processStdio, type Stdio } from "./stdio.ts";

/** How it is called. */
export const usage: Usage = {
  name: "keys",
  about:
    "Makes, shows and uses hotkeys. A key file holds 64 hex digits, a mnemonic, or is the JSON file of a " +
    "Bittensor hotkey.",
  options: {},
  actions: [newUsage, inspectUsage, signUsage, verifyUsage],
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
  const framed =
    (own: Usage, act: (args: string[], stdio: Stdio) => Promise<number>): Action => async (args) =>
      await runFramed(own, args, { stdio, within: usage }, async () => {
        await cryptoReady();
        return await act(args, stdio);
      });
  return await runAction(usage, args, stdio, {
    new: framed(newUsage, newKey),
    inspect: framed(inspectUsage, inspect),
    sign: framed(signUsage, sign),
    verify: framed(verifyUsage, verify),
  });
}
