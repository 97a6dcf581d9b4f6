import { findValidators } from "../../chain/mod.ts";
import { type ClientEvent, parseValidator, type ValidatorAddress, validatorUrls } from "../../client/mod.ts";
import { ConfigError } from "../../config/mod.ts";
import { isAddress } from "../../crypto/mod.ts";
import { systemClock } from "../../protocol/mod.ts";
import type { MinerSettings } from "./settings.ts";

const bareAddress = /^[\w.-]+:\d+(?:[/#].*)?$|^\[[\da-f:]+\]:\d+(?:[/#].*)?$/i;

/** The validators that the settings name, or those of a subnet. Throws a {@link ConfigError} where they name none. */
export async function chooseValidators(
  { validators, chain, netuid }: MinerSettings,
  surroundings: { readFile: (path: string) => Promise<string>; signal: AbortSignal },
): Promise<ValidatorAddress[]> {
  if (validators !== undefined) {
    if (chain !== undefined) throw new ConfigError("Give either --validators or --chain, and not both");
    return await readValidators(validators, surroundings.readFile);
  }
  if (chain === undefined || netuid === undefined) {
    throw new ConfigError("Missing --validators=URL,..., or --netuid=N and --chain=ws://NODE:9944");
  }
  const nodes = chain.split(",").map((node) => node.trim());
  const { signal } = surroundings;
  const found = await findValidators({ nodes, netuid, clock: systemClock, signal });
  // Nobody displaces the one with more stake by naming its address.
  const bySocket = new Map(found.toReversed().map((one) => [validatorUrls(one.url).socket, one]));
  if (found.length > 0) return [...bySocket.values()].map(({ url, hotkey }) => ({ url, hotkey }));
  throw new Error(`No validator of subnet ${netuid} says on the chain where it is reached`);
}

/** The validators that a text names: itself a list, or a file with one on each line. */
async function readValidators(
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

/** Which validators do not take the miner's key, and will not soon. */
export class Refusals {
  /** Resolves once none of them does. */
  readonly byAll: Promise<void>;
  readonly #validators: number;
  readonly #longestMs: number;
  readonly #problems = new Map<string, string>();
  readonly #refusing = new Set<string>();
  #all: () => void;

  /** `longestMs`: the wait that follows a refusal which will not change soon. */
  constructor(validators: number, longestMs: number) {
    this.#validators = validators;
    this.#longestMs = longestMs;
    const { promise, resolve } = Promise.withResolvers<void>();
    [this.byAll, this.#all] = [promise, resolve];
  }

  get isRefusedByAll(): boolean {
    return this.#refusing.size === this.#validators;
  }

  take(event: ClientEvent): void {
    if (event.type === "problem") this.#problems.set(event.validator, event.code);
    if (event.type !== "state" || event.state === "connecting" || event.state === "closed") return;
    const isLong = event.delayMs !== undefined && event.delayMs >= this.#longestMs / 2;
    const isRefused = event.state === "waiting" && isLong &&
      this.#problems.get(event.validator) === "not_authorized";
    if (!isRefused) this.#refusing.delete(event.validator);
    else this.#refusing.add(event.validator);
    if (this.isRefusedByAll) this.#all();
  }
}
