/** What a proxy is started with. */
export interface Place {
  /** A folder of its own, with `cert.pem`, `key.pem` and `both.pem`. */
  readonly folder: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** The instances behind it, such as `127.0.0.1:40123`. */
  readonly instances: readonly string[];
}

/** What a file says, and what a test has there instead: ports, paths, users and instances. */
export type Substitution = readonly [shipped: string, here: string];

/** A program that the shipped configuration of its own is for. */
export interface ProxyKind {
  readonly name: string;
  /** The configuration, below `deploy`. */
  readonly file: string;
  substitutions(place: Place): readonly Substitution[];
  /** What checks a configuration without running it. */
  check(config: string): readonly string[];
  /** What runs in the foreground, and ends on SIGTERM with all that it started. */
  run(config: string, folder: string): readonly string[];
  /** What it logs once it listens. */
  readonly ready: RegExp;
  /** What has it read its configuration again, and what it logs then; undefined where that cuts connections. */
  readonly reload: { readonly signal: Deno.Signal; readonly done: RegExp } | undefined;
}
