export * from "../../../lib/client/mod.ts";
export { cryptoReady, keypairFromSeed } from "../../../lib/crypto/mod.ts";
