/**
 * Hotkeys: SS58 addresses, sr25519 signatures, and the pool of workers that checks and makes them.
 *
 * @module
 */
export { decodeAddress, encodeAddress, isAddress } from "./address.ts";
export { CryptoPool, type CryptoPoolOptions } from "./crypto_pool.ts";
export { parseKeyFile } from "./key_file.ts";
export { type Keypair, keypairFromSeed, randomSeed } from "./keypair.ts";
export { cryptoReady } from "./ready.ts";
export { sameText } from "./same_text.ts";
export { verifySignature } from "./verify.ts";
