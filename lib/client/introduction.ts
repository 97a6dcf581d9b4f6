import { isAddress } from "../crypto/mod.ts";
import type { Context } from "./context.ts";
import type { HttpLink } from "./http_link.ts";
import type { ValidatorIdentity } from "./identity.ts";

/** How long the answer may take; the server waits for an authentication three times as long. */
const timeoutMs = 3000;

/**
 * Asks a validator for its hotkey, so that what is signed for it can say so. One that does not tell is not known by its
 * hotkey until its first signed message.
 */
export class Introduction {
  readonly #context: Context;
  readonly #link: HttpLink;
  readonly #identity: ValidatorIdentity;
  readonly #stop = new AbortController();
  #asking: Promise<void> | undefined;

  constructor(context: Context, link: HttpLink, identity: ValidatorIdentity) {
    this.#context = context;
    this.#link = link;
    this.#identity = identity;
  }

  /** Resolves when the validator has told, or does not. */
  take(): Promise<void> {
    this.#asking ??= this.#ask().catch((error) => {
      this.#context.log("debug", "The validator does not say who it is", { error: String(error) });
    }).finally(() => this.#asking = undefined);
    return this.#asking;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #ask(): Promise<void> {
    const { text } = await this.#link.request("/ws/health", { timeoutMs }, this.#stop.signal);
    const { validator } = JSON.parse(text) as { readonly validator?: unknown };
    if (typeof validator === "string" && isAddress(validator)) this.#identity.named(validator);
    else throw new TypeError("its /ws/health names no hotkey");
  }
}
