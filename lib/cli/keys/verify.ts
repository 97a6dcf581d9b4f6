import { flag, optional, text, UsageError } from "../../config/mod.ts";
import { decodeAddress, verifySignature } from "../../crypto/mod.ts";
import { type ExactJson, parseMessage, signedText } from "../../protocol/mod.ts";
import { readUsage, type Told, type Usage } from "../command.ts";
import { readText, type Stdio } from "../stdio.ts";

/** How it is called. */
export const verifyUsage = {
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
export async function verify(args: string[], stdio: Stdio): Promise<number> {
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
