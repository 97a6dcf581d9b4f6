import { verifySignature } from "../crypto/sr25519.ts";
import { type Envelope, type ExactObject, readEnvelope, Refusal } from "../protocol/mod.ts";
import { type Context, problem } from "./context.ts";

/** A validator's message that is not to be believed. */
class UntrustedMessage extends Error {
  override readonly name = "UntrustedMessage";
  readonly code: "bad_signature" | "wrong_sender";

  constructor(code: "bad_signature" | "wrong_sender", message: string) {
    super(message);
    this.code = code;
  }
}

/** Where the hotkey that a validator showed first is remembered. */
interface Memory {
  hotkey: string | undefined;
}

/** Who a validator is: the hotkey that was given for it, else the one that it showed first, else the one that it names. */
export class ValidatorIdentity {
  readonly #given: string | undefined;
  readonly #memory: Memory;
  #named: string | undefined;

  constructor(given: string | undefined, memory: Memory) {
    this.#given = given;
    this.#memory = memory;
  }

  get hotkey(): string | undefined {
    return this.#given ?? this.#memory.hotkey ?? this.#named;
  }

  /** Whether the hotkey was given, or has signed something. */
  get isProven(): boolean {
    return (this.#given ?? this.#memory.hotkey) !== undefined;
  }

  /** What the validator says that its hotkey is; to be proven by what it signs. False: it is another than was proven. */
  named(hotkey: string): boolean {
    this.#named = hotkey;
    return this.hotkey === hotkey;
  }

  /** Reads a validator's signed message. Throws {@link UntrustedMessage}, or a Refusal for one without the form. */
  open(message: ExactObject): Envelope {
    const envelope = readEnvelope(message);
    const { signer, signature, signedText, type } = envelope;
    const expected = this.hotkey;
    if (expected !== undefined && signer !== expected) {
      const whose = this.#given !== undefined
        ? "the given hotkey"
        : this.isProven
        ? "the hotkey that it showed first"
        : "the hotkey that it names";
      throw new UntrustedMessage(
        "wrong_sender",
        `Ignored ${type} by ${signer}: expected ${whose}, ${expected}`,
      );
    }
    if (!verifySignature(signedText, signature, signer)) {
      throw new UntrustedMessage("bad_signature", `Ignored ${type}: its signature is not by ${signer}`);
    }
    if (!this.isProven) this.#memory.hotkey = signer;
    return envelope;
  }
}

/** Reports what was thrown while a validator's message was read; the message counts as not received. */
export function reportUnreadable(context: Context, error: unknown): void {
  if (error instanceof UntrustedMessage) return problem(context, error.code, error.message);
  if (error instanceof Refusal) {
    return problem(context, "bad_message", `Ignored a message of the validator: ${error.message}`);
  }
  problem(context, "internal_error", `Cannot handle a message of the validator: ${error}`);
}
