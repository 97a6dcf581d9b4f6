import { above0 } from "../reconnector.ts";
import { type ConnectOptions, type ConnectSettings, connectSettings } from "../connect_options.ts";
import type { SocketFactory } from "./job_socket.ts";
import { type JobUrls, jobUrls } from "./job_servers.ts";
import type { PatienceLimits } from "./patience.ts";

/** How a client reaches the gateway; `auto`: Socket.IO, and HTTP where that does not get through. */
export type JobConnectionMode = "auto" | "websocket" | "http";

/** What a {@link JobClient} is made from. Times are in milliseconds. */
export interface JobClientOptions extends ConnectOptions {
  /** An `http://`, `https://`, `ws://` or `wss://` URL; a path is where the gateway is mounted. */
  readonly url: string;
  /** Who inscribes; its owner sees the jobs. */
  readonly apiKey: string;
  /** Default `auto`. */
  readonly mode?: JobConnectionMode | undefined;
  /** Whether to connect to the instance that the gateway recommends instead of to the URL itself. */
  readonly discover?: boolean | undefined;
  /** How long an attempt to connect may take. Default 10000. */
  readonly connectTimeout?: number | undefined;
  /** After so long without a word from the server, waiting for jobs ends with `unreachable`. Default 300000. */
  readonly patience?: number | undefined;
  /** The same before the server was heard for the first time. Default 20000. */
  readonly firstPatience?: number | undefined;
  /**
   * Executes the transaction that pays for a job, of which the gateway is told then; without it the gateway is told that it
   * is executed, which the local ledger believes.
   */
  readonly pay?: ((transactionBytes: string, jobId: string) => Promise<unknown>) | undefined;
  /** By default `io` of the package socket.io-client. */
  readonly io?: SocketFactory | undefined;
}

/** {@link JobClientOptions} with every default filled in. */
export interface JobSettings extends ConnectSettings {
  readonly urls: JobUrls;
  readonly apiKey: string;
  readonly mode: JobConnectionMode;
  readonly discover: boolean;
  readonly connectTimeoutMs: number;
  readonly patience: PatienceLimits;
  readonly pay: (transactionBytes: string, jobId: string) => Promise<unknown>;
  readonly io: SocketFactory | undefined;
}

/**
 * Fills in the defaults. Throws a SyntaxError for a URL that cannot be used, a TypeError for a key that no header can carry,
 * and a RangeError for a time that is not above 0.
 */
export function jobSettings(options: JobClientOptions): JobSettings {
  if (!/^[\x21-\x7e]+$/.test(options.apiKey)) {
    throw new TypeError("Cannot use the API key: expected visible characters without spaces");
  }
  return {
    ...connectSettings(options),
    urls: jobUrls(options.url),
    apiKey: options.apiKey,
    mode: options.mode ?? "auto",
    discover: options.discover ?? false,
    connectTimeoutMs: above0("connectTimeout", options.connectTimeout ?? 10_000),
    patience: {
      firstMs: above0("firstPatience", options.firstPatience ?? 20_000),
      ms: above0("patience", options.patience ?? 300_000),
    },
    pay: options.pay ?? (() => Promise.resolve()),
    io: options.io,
  };
}
