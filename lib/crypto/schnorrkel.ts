import { bytes } from "@polkadot/wasm-crypto-wasm/cjs/bytes";

/** Bytes in the library's memory. */
type Span = [start: number, length: number];

/** What is used of the library, which is Rust's schnorrkel and bip39, and is called as wasm-bindgen lays it down. */
interface Library {
  readonly memory: WebAssembly.Memory;
  __wbindgen_malloc(length: number): number;
  __wbindgen_free(...span: Span): void;
  __wbindgen_add_to_stack_pointer(difference: number): number;
  ext_sr_from_seed(result: number, ...seed: Span): void;
  ext_sr_sign(result: number, ...keySecretMessage: [...Span, ...Span, ...Span]): void;
  ext_sr_verify(...signatureMessageKey: [...Span, ...Span, ...Span]): number;
  ext_bip39_validate(...phrase: Span): number;
  ext_bip39_to_mini_secret(result: number, ...phrasePassword: [...Span, ...Span]): void;
}

/** Where a function is to leave the {@link Span} of its result; the stack stays aligned to 16 bytes. */
const resultSize = 16;

let loading: Promise<void> | undefined;
let library: Library | undefined;

/** Loads what all other functions here need; rejects where there is no WebAssembly. */
export function loadSchnorrkel(): Promise<void> {
  return loading ??= load();
}

/** The secret key (64 bytes) and the public key (32 bytes) of a 32-byte seed. */
export function keysFromSeed(seed: Uint8Array): Uint8Array {
  return call((library, result) => library.ext_sr_from_seed(result, ...give(seed)));
}

/** A signature, 64 bytes, another one each time. */
export function sign(publicKey: Uint8Array, secretKey: Uint8Array, message: Uint8Array): Uint8Array {
  return call((library, result) =>
    library.ext_sr_sign(result, ...give(publicKey), ...give(secretKey), ...give(message))
  );
}

/** Throws where a signature or a key has the wrong length. */
export function verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  return ready().ext_sr_verify(...give(signature), ...give(message), ...give(publicKey)) !== 0;
}

/** Whether a text is a mnemonic of BIP 39 in English, with the right checksum. */
export function isMnemonic(text: string): boolean {
  return ready().ext_bip39_validate(...giveText(text)) !== 0;
}

/** The seed of a mnemonic without a password, 32 bytes, as the chain's wallets make it. */
export function seedOfMnemonic(text: string): Uint8Array {
  return call((library, result) =>
    library.ext_bip39_to_mini_secret(result, ...giveText(text), ...giveText(""))
  );
}

function ready(): Library {
  if (library === undefined) throw new Error("Cannot use sr25519 before cryptoReady() has resolved");
  return library;
}

/** Hands bytes over to a function, which frees them. */
function give(bytes: Uint8Array): Span {
  const { memory, __wbindgen_malloc: allocate } = ready();
  const start = allocate(bytes.length);
  // A view of the memory ends when that grows.
  new Uint8Array(memory.buffer).set(bytes, start);
  return [start, bytes.length];
}

function giveText(text: string): Span {
  return give(new TextEncoder().encode(text));
}

/** Calls a function that leaves bytes, and takes them. */
function call(run: (library: Library, result: number) => void): Uint8Array {
  const library = ready();
  const result = library.__wbindgen_add_to_stack_pointer(-resultSize);
  try {
    run(library, result);
    const { buffer } = library.memory;
    const [start = 0, length = 0] = new Uint32Array(buffer, result, 2);
    const bytes = new Uint8Array(buffer, start, length).slice();
    library.__wbindgen_free(start, length);
    return bytes;
  } finally {
    library.__wbindgen_add_to_stack_pointer(resultSize);
  }
}

/** JavaScript's own way to inflate takes as long as all else that a server does at its start. */
async function load(): Promise<void> {
  const inflated = new Blob([fromBase64(bytes)]).stream().pipeThrough(new DecompressionStream("deflate"));
  const { instance } = await WebAssembly.instantiate(await new Response(inflated).arrayBuffer(), {
    wbg: randomness(),
  });
  library = instance.exports as unknown as Library;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const packed = atob(text);
  const bytes = new Uint8Array(packed.length);
  for (let index = 0; index < packed.length; index++) bytes[index] = packed.charCodeAt(index);
  return bytes;
}

/** How the library finds chance: it looks for `self.crypto.getRandomValues`, and holds what it finds by numbers. */
function randomness(): Record<string, (...numbers: number[]) => unknown> {
  const found = () => 1;
  return {
    __wbg_self_1b7a39e3a92c949c: found,
    __wbg_crypto_968f1772287e2df0: found,
    __wbg_getRandomValues_a3d34b4fee3c2869: found,
    __wbindgen_is_undefined: () => false,
    __wbindgen_object_drop_ref() {},
    __wbg_getRandomValues_f5e14ab7ac8e995d(_crypto, start, length) {
      crypto.getRandomValues(new Uint8Array(ready().memory.buffer, start, length));
    },
    // Ways of Node that are not looked for once there is the one of browsers.
    __wbg_require_604837428532a733: unreachable,
    __wbg_randomFillSync_d5bd2d655fdf256a: unreachable,
  };
}

function unreachable(): never {
  throw new Error("Cannot get random bytes as Node had them");
}
