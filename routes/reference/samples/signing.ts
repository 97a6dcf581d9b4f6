import type { Json } from "../../../lib/protocol/mod.ts";
import { Code, type Writable } from "./literals.ts";

/** Whether a miner signs such a message. */
export function isSigned(message: Json): message is { readonly [key: string]: Json } {
  return typeof message === "object" && message !== null && !Array.isArray(message) && "signature" in message;
}

/** Imports and a function `sign`, which makes the frame of a message. */
export const signingInTypeScript = `import { readFile } from "node:fs/promises";
import { cryptoReady, keypairFromSeed, parseKeyFile } from "@heliograph/client/crypto";
import {
  attachSignature,
  type ExactObject,
  formatTimestamp,
  renderSigned,
} from "@heliograph/client/protocol";

await cryptoReady();
const key = keypairFromSeed(parseKeyFile(await readFile("miner.key", "utf8")));

function sign(message: ExactObject): string {
  const head = { timestamp: formatTimestamp(Date.now()), nonce: crypto.randomUUID() };
  const text = renderSigned({ ...message, ...head });
  return attachSignature(text, key.sign(text));
}
`;

/** The same; what else is imported stands first. */
export function signingInPython(...modules: readonly string[]): string {
  return `${[...new Set(["json", "uuid", ...modules])].sort().map((name) => `import ${name}\n`).join("")}\
from datetime import datetime, timezone
from heliograph import Keypair

key = Keypair.from_file("miner.key")

def sign(message):
    message["timestamp"] = datetime.now(timezone.utc).isoformat()
    message["nonce"] = str(uuid.uuid4())
    text = json.dumps(message, sort_keys=True)
    return json.dumps({**message, "signature": key.sign(text.encode()).hex()})
`;
}

/** What of a message a client writes itself: the rest comes with the signature. */
export function unsigned(message: { readonly [key: string]: Json }, address: string): Writable {
  const { timestamp: _, nonce: __, signature: ___, validator: ____, recover: _____, ...rest } = message;
  return Object.fromEntries(
    Object.entries(rest).map((
      [name, value],
    ) => [name, /^(?:sender|hotkey)$/.test(name) ? new Code(address) : value]),
  );
}
