import { ed25519 } from "@noble/curves/ed25519.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** An account of the ledger with a key of its own. */
export interface TestAccount {
  readonly id: string;
  /** As Hedera's own SDK reads it: DER, hex. */
  readonly privateKey: string;
  /** As a mirror node tells of it. */
  readonly key: { readonly _type: string; readonly key: string };
  sign(text: string): string;
}

const secret = new Uint8Array(32).fill(7);

/** One with an ED25519 key. */
export const edAccount: TestAccount = {
  id: "0.0.1001",
  privateKey: `302e020100300506032b657004220420${bytesToHex(secret)}`,
  key: { _type: "ED25519", key: bytesToHex(ed25519.getPublicKey(secret)) },
  sign: (text) => bytesToHex(ed25519.sign(utf8ToBytes(text), secret)),
};

/** One with an ECDSA key. */
export const ecdsaAccount: TestAccount = {
  id: "0.0.1002",
  privateKey: `3030020100300706052b8104000a04220420${bytesToHex(secret)}`,
  key: { _type: "ECDSA_SECP256K1", key: bytesToHex(secp256k1.getPublicKey(secret)) },
  sign: (text) => bytesToHex(secp256k1.sign(keccak_256(utf8ToBytes(text)), secret, { prehash: false })),
};

/** A mirror node that knows some accounts. */
export class FakeMirror implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** What is answered in place of accounts. */
  instead: (() => Response) | undefined;
  /** Paths that were asked for. */
  readonly asked: string[] = [];

  constructor(accounts: readonly Pick<TestAccount, "id" | "key">[] = [edAccount, ecdsaAccount]) {
    const byId = new Map(accounts.map(({ id, key }) => [id, key]));
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
      const { pathname } = new URL(url);
      this.asked.push(pathname);
      if (this.instead !== undefined) return this.instead();
      const key = byId.get(pathname.replace("/api/v1/accounts/", ""));
      if (key === undefined) {
        return Response.json({ _status: { messages: [{ message: "Not found" }] } }, { status: 404 });
      }
      return Response.json({ account: pathname.split("/").at(-1), balance: {}, key });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
