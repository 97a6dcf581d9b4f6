import { isAddress } from "../crypto/address.ts";
import type { Context } from "./context.ts";
import type { HttpRequests } from "./http_requests.ts";
import type { ValidatorIdentity } from "./identity.ts";

/** How long the answer may take; the server waits for an authentication three times as long. */
const timeoutMs = 3000;

/**
 * Asks a validator who it is, so that what is signed for it can say so, and whether it is there at all. One that does not
 * tell is not known by its hotkey until its first signed message.
 */
export class Introduction {
  readonly #context: Context;
  readonly #requests: HttpRequests;
  readonly #identity: ValidatorIdentity;
  readonly #stop = new AbortController();
  #asking: Promise<boolean> | undefined;

  constructor(context: Context, requests: HttpRequests, identity: ValidatorIdentity) {
    this.#context = context;
    this.#requests = requests;
    this.#identity = identity;
  }

  /** Resolves when the validator has told, or does not: with whether it answers. */
  take(): Promise<boolean> {
    return this.#asking ??= this.#ask().finally(() => this.#asking = undefined);
  }

  stop(): void {
    this.#stop.abort();
  }

  async #ask(): Promise<boolean> {
    try {
      const text = await this.#requests.ask("/ws/health", { timeoutMs }, this.#stop.signal);
      const { validator } = JSON.parse(text) as { readonly validator?: unknown };
      if (typeof validator !== "string" || !isAddress(validator)) return this.#failed("it names no hotkey");
      return this.#identity.named(validator) || this.#failed(`it says that it is ${validator}`);
    } catch (error) {
      return this.#failed(String(error));
    }
  }

  #failed(error: string): false {
    this.#context.log("debug", "The validator does not say who it is", { error });
    return false;
  }
}
