import { X509Certificate } from "node:crypto";

/** Where a certificate and its key lie. */
export interface CertificatePaths {
  readonly cert: string;
  readonly key: string;
}

/** A certificate chain with its key, as PEM; the two belong together. Times in milliseconds since the Unix epoch. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * Reads a certificate and its key, and makes sure that they can be used together.
 *
 * @throws {Error} that names the file and says what is wrong with it; never with anything of what is in it
 */
export function readCertificate(paths: CertificatePaths): Certificate {
  const cert = readPem("certificate", paths.cert);
  const key = readPem("private key", paths.key);
  const { validFrom, validTo } = parse(cert, paths.cert);
  checkKey(key, paths.key);
  checkPair({ cert, key }, paths);
  return { cert, key, notBefore: Date.parse(validFrom), notAfter: Date.parse(validTo) };
}

function readPem(what: string, path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Deno.errors.PermissionDenied
      ? "this user may not read it"
      : (error as Error).message;
    throw new Error(`Cannot read the TLS ${what} ${path}: ${why}`, { cause: error });
  }
}

function parse(cert: string, path: string): X509Certificate {
  try {
    return new X509Certificate(cert);
  } catch {
    throw new Error(`Cannot use the TLS certificate ${path}: expected a certificate in PEM`);
  }
}

function checkKey(key: string, path: string): void {
  const label = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----/.exec(key)?.[1];
  if (label === undefined) throw new Error(`Cannot use the TLS private key ${path}: expected a key in PEM`);
  if (label.startsWith("ENCRYPTED") || key.includes("Proc-Type: 4,ENCRYPTED")) {
    throw new Error(
      `Cannot use the TLS private key ${path}: it is encrypted, expected one without a passphrase`,
    );
  }
}

/** Only the library that will use them knows whether it can. */
function checkPair(pair: { cert: string; key: string }, paths: CertificatePaths): void {
  try {
    Deno.listenTls({ hostname: "127.0.0.1", port: 0, ...pair }).close();
  } catch (cause) {
    const { message } = cause as Error;
    // The runtime tells the cause in no other way.
    const why = message.includes("KeyMismatch")
      ? `it does not belong to the certificate ${paths.cert}`
      : message.split("\n", 1)[0];
    throw new Error(`Cannot use the TLS private key ${paths.key}: ${why}`, { cause });
  }
}
