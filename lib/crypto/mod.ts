/**
 * Hotkeys: SS58 addresses, sr25519 signatures, and the pool of workers that checks and makes them.
 *
 * @module
 */
export { decodeAddress, encodeAddress, isAddress } from "./address.ts";
export { CryptoPool, type CryptoPoolOptions } from "./crypto_pool.ts";
export { parseKeyFile } from "./key_file.ts";
export { cryptoReady, type Keypair, keypairFromSeed, randomSeed, verifySignature } from "./sr25519.ts";
export { type Claims, isJwtKey, readJwt, signJwt } from "./jwt.ts";
export { sameText } from "./same_text.ts";
