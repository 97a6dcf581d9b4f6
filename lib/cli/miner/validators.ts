import { ConfigError } from "../../config/mod.ts";
import { parseValidator, type ValidatorAddress, validatorUrls } from "../../client/mod.ts";
import { isAddress } from "../../crypto/mod.ts";

const bareAddress = /^[\w.-]+:\d+(?:[/#].*)?$|^\[[\da-f:]+\]:\d+(?:[/#].*)?$/i;

/** The validators that `--validators` names: itself a list, or a file with one on each line. */
export async function readValidators(
  value: string,
  readFile: (path: string) => Promise<string>,
): Promise<ValidatorAddress[]> {
  const entries = isList(value) ? value.split(",") : linesOf(await readFile(value));
  const validators = entries.map((entry) => entry.trim()).filter((entry) => entry !== "").map(check);
  if (validators.length === 0) throw new ConfigError(`Invalid validators: ${value} names none`);
  return validators;
}

function isList(value: string): boolean {
  return value.includes("://") || value.split(",").every((entry) => bareAddress.test(entry.trim()));
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => !line.trimStart().startsWith("#"));
}

function check(entry: string): ValidatorAddress {
  const validator = parseValidator(entry);
  try {
    validatorUrls(validator.url);
  } catch (error) {
    throw new ConfigError(`Invalid validators: ${(error as Error).message}`);
  }
  if (validator.hotkey !== undefined && !isAddress(validator.hotkey)) {
    throw new ConfigError(`Invalid validators: ${validator.hotkey} is no SS58 address with prefix 42`);
  }
  return validator;
}
