import { ConfigError, quoted, UsageError } from "./errors.ts";
import { type Option, type Options, spelled, type Values } from "./option.ts";

/** A value that somebody set, not checked yet, and who did: `flag --port`. */
export interface Given {
  readonly raw: unknown;
  readonly origin: string;
}

/** What one source sets. */
export type Source = ReadonlyMap<string, Given>;

/** Checked values, and where each comes from: `default`, `flag --port`, `variable HELIOGRAPH_PORT`, `key port in FILE`. */
export interface Resolved<O extends Options> {
  readonly values: Values<O>;
  readonly origins: Readonly<Record<keyof O, string>>;
}

/**
 * Every option's value, from the first source that sets it, else its default.
 * @throws {ConfigError} for a value that its option does not allow, and for a required one that nobody sets
 */
export function resolve<O extends Options>(options: O, sources: readonly Source[]): Resolved<O> {
  const entries = Object.entries(options).map(([name, option]) => {
    const given = sources.find((source) => source.has(name))?.get(name);
    const value = given === undefined ? defaultOf(name, option) : check(name, option, given);
    return { name, value, origin: given?.origin ?? "default" };
  });
  const values = Object.fromEntries(entries.map(({ name, value }) => [name, value]));
  const origins = Object.fromEntries(entries.map(({ name, origin }) => [name, origin]));
  // Made from every name of the table, which the compiler cannot see.
  return Object.freeze({ values: Object.freeze(values), origins: Object.freeze(origins) }) as Resolved<O>;
}

function defaultOf(name: string, option: Option<unknown>): unknown {
  if (option.required) throw new UsageError(`Missing ${spelled(name, option)}`);
  return option.fallback();
}

function check(name: string, { kind, secret }: Option<unknown>, { raw, origin }: Given): unknown {
  const value = kind.read(raw);
  if (value !== undefined) return value;
  const got = secret ? "***" : quoted(raw);
  throw new ConfigError(`Invalid ${name}: ${origin} is ${got}, expected ${kind.allowed}`);
}
