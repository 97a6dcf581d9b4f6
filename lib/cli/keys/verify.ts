import { decodeAddress, verifySignature } from "../../crypto/mod.ts";
import { type ExactJson, parseMessage, signedText } from "../../protocol/mod.ts";
import { readText, type Stdio } from "../stdio.ts";
import { type Arguments, readArguments, required } from "./arguments.ts";

const options = {
  address: "value",
  signature: "value",
  json: "flag",
} as const;

interface Claim {
  readonly text: string;
  readonly signature: string;
  readonly address: string;
}

/** `keys verify`: exit code 0 if the signature is the address's own over the text, 1 if not. */
export async function verify(args: string[], stdio: Stdio): Promise<number> {
  const given = readArguments(args, options);
  const { text, signature, address } = await (given.flags.has("json") ? messageClaim : plainClaim)(
    given,
    stdio,
  );
  decodeAddress(address);
  const valid = verifySignature(text, signature, address);
  await stdio.print(valid ? "valid\n" : "not valid\n");
  return valid ? 0 : 1;
}

async function plainClaim(given: Arguments, { input }: Stdio): Promise<Claim> {
  const [address, signature] = [required(given, "address"), required(given, "signature")];
  return { address, signature, text: given.operand ?? await readText(input) };
}

async function messageClaim(given: Arguments, { input }: Stdio): Promise<Claim> {
  const message = parseMessage(given.operand ?? await readText(input));
  return {
    text: signedText(message),
    signature: given.values.get("signature") ?? stringMember("signature", message["signature"]),
    address: given.values.get("address") ??
      stringMember("sender or hotkey", message["sender"] ?? message["hotkey"]),
  };
}

function stringMember(name: string, value: ExactJson | undefined): string {
  if (typeof value === "string") return value;
  throw new TypeError(`Cannot verify message: it has no ${name}`);
}
