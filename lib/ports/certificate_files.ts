import type { Clock, Timer } from "../protocol/mod.ts";
import { logger } from "../telemetry/mod.ts";
import { type Certificate, type CertificatePaths, readCertificate } from "./certificate.ts";

const log = logger("tls");
const lookInterval = 2000;
const soon = 14 * 24 * 3600 * 1000;

/** A certificate and its key in files that are read again when they have changed. */
export class CertificateFiles {
  readonly #paths: CertificatePaths;
  readonly #clock: Clock;
  readonly #listeners = new Set<(certificate: Certificate) => void>();
  #current: Certificate;
  /** What was read last, and what was there when we looked last. */
  #read: string;
  #seen: string;
  #timer: Timer | undefined;

  /** Reads the files. Throws an {@link Error} that names the file which cannot be used. */
  constructor(paths: CertificatePaths, clock: Clock) {
    this.#paths = paths;
    this.#clock = clock;
    this.#read = this.#seen = this.#version();
    this.#current = this.#load();
    this.#lookLater();
  }

  get current(): Certificate {
    return this.#current;
  }

  /** Calls `listener` with each later certificate. */
  onChange(listener: (certificate: Certificate) => void): void {
    this.#listeners.add(listener);
  }

  /** Reads the files if they have changed since they were read; whoever asks says that both are written. */
  reread(): void {
    const version = this.#version();
    this.#seen = version;
    if (version === this.#read) return;
    this.#read = version;
    this.#replace();
  }

  /** Looks no more. */
  close(): void {
    this.#timer?.cancel();
  }

  #lookLater(): void {
    this.#timer = this.#clock.after(lookInterval, () => {
      this.#look();
      this.#lookLater();
    });
  }

  /** Two files are not written at once: only what has stayed the same since the last look is read. */
  #look(): void {
    const version = this.#version();
    if (version === this.#seen) this.reread();
    this.#seen = version;
  }

  #replace(): void {
    const { cert: file } = this.#paths;
    try {
      const certificate = this.#load();
      for (const listener of this.#listeners) listener(certificate);
      this.#current = certificate;
      log.info("TLS certificate {file} was read again, valid until {until}", {
        file,
        until: day(certificate.notAfter),
      });
    } catch (error) {
      log.warning("The TLS certificate stays as it was: {error}", { error: (error as Error).message });
    }
  }

  #load(): Certificate {
    const certificate = readCertificate(this.#paths);
    const { notBefore, notAfter } = certificate;
    const now = this.#clock.now();
    const { cert: file } = this.#paths;
    if (notAfter <= now) {
      log.warning("TLS certificate {file} expired on {until}", { file, until: day(notAfter) });
    } else if (notBefore > now) {
      log.warning("TLS certificate {file} is not valid before {from}", { file, from: day(notBefore) });
    } else if (notAfter - now < soon) {
      log.warning("TLS certificate {file} expires on {until}", { file, until: day(notAfter) });
    }
    return certificate;
  }

  #version(): string {
    return [this.#paths.cert, this.#paths.key].map(versionOf).join(" ");
  }
}

function versionOf(path: string): string {
  try {
    const { mtime, size, ino } = Deno.statSync(path);
    return `${mtime?.getTime()}/${size}/${ino}`;
  } catch {
    return "missing";
  }
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
