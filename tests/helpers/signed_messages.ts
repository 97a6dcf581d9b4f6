/** A text as a Python peer sends it, and the text that its signature covers. */
interface SignedMessageVector {
  readonly name: string;
  readonly wire: string;
  readonly signed: string;
  readonly valid: boolean;
}

/** A key of the tests: hex seed, address, hex public key. */
export interface KeyVector {
  readonly seed: string;
  readonly address: string;
  readonly public: string;
}

const path = new URL("../vectors/signed_messages.json", import.meta.url);

/** Messages that Python made and signed, and the keys it signed with. */
export const signedMessages: {
  readonly keys: readonly KeyVector[];
  readonly vectors: readonly SignedMessageVector[];
} = JSON.parse(Deno.readTextFileSync(path));
