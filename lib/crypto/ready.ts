import { waitReady } from "@polkadot/wasm-crypto";

/** Resolves once keys and signatures can be used. */
export async function cryptoReady(): Promise<void> {
  if (!await waitReady()) throw new Error("Cannot load sr25519: WebAssembly is not available");
}
