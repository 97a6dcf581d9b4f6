/** ECDSA over P-256 with SHA-256: what every OpenSSL and LibreSSL can check. */
const algorithm = { name: "ECDSA", namedCurve: "P-256" } as const;

/** Who vouches for a release. */
export interface Signer {
  /** For whoever checks it: a public key as PEM. */
  readonly publicKey: string;
  /** The signature of these bytes, in DER. */
  sign(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

/** The signer with a private key in PEM (PKCS #8). Throws a TypeError for anything else. */
export async function signerOf(pem: string): Promise<Signer> {
  try {
    const [, body] = /-----BEGIN PRIVATE KEY-----([^-]+)-----END/.exec(pem) ?? [];
    const bytes = Uint8Array.fromBase64((body ?? "").replaceAll(/\s/g, ""));
    const key = await crypto.subtle.importKey("pkcs8", bytes, algorithm, true, ["sign"]);
    return await signerWith(key);
  } catch (cause) {
    throw new TypeError("Cannot use the release key: expected a P-256 private key in PEM (PKCS #8)", {
      cause,
    });
  }
}

/** A signer that nobody knows, for trying. */
export async function throwawaySigner(): Promise<Signer> {
  const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  return await signerWith(privateKey);
}

async function signerWith(key: CryptoKey): Promise<Signer> {
  const { d: _, ...jwk } = await crypto.subtle.exportKey("jwk", key);
  const known = await crypto.subtle.importKey("jwk", { ...jwk, key_ops: ["verify"] }, algorithm, true, [
    "verify",
  ]);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", known)).toBase64();
  return {
    publicKey: `-----BEGIN PUBLIC KEY-----\n${
      spki.match(/.{1,64}/g)?.join("\n")
    }\n-----END PUBLIC KEY-----\n`,
    async sign(bytes) {
      const raw = new Uint8Array(await crypto.subtle.sign({ ...algorithm, hash: "SHA-256" }, key, bytes));
      return derOf(raw.subarray(0, 32), raw.subarray(32));
    },
  };
}

/** Two integers in a sequence (X.690). */
function derOf(r: Uint8Array, s: Uint8Array): Uint8Array<ArrayBuffer> {
  const body = [...integer(r), ...integer(s)];
  return new Uint8Array([0x30, body.length, ...body]);
}

function integer(bytes: Uint8Array): number[] {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = [...bytes.subarray(first === -1 ? bytes.length - 1 : first)];
  // A leading bit of 1 would make it negative.
  const padded = (digits[0] ?? 0) >= 0x80 ? [0, ...digits] : digits;
  return [0x02, padded.length, ...padded];
}
