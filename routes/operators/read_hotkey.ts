import { isAddress } from "../../lib/crypto/mod.ts";
import { BadRequest } from "../http/errors.ts";

/** A miner's address as it stands in a path. */
export function readHotkey(text: string): string {
  if (isAddress(text)) return text;
  throw new BadRequest(`Invalid hotkey: expected an SS58 address with prefix 42, got ${text.slice(0, 64)}`);
}
