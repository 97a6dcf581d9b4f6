import { ConfigError, oneLine, quoted, UsageError } from "./errors.ts";
import { boolean, type Kind } from "./kinds.ts";

/** One thing that a program can be told. Flags, variables, file keys, help, completions and documentation derive from it. */
export interface Option<T> {
  readonly kind: Kind<NonNullable<T>>;
  /** One sentence for whoever sets it. */
  readonly doc: string;
  /** The value where nobody sets one. */
  fallback(): T;
  /** Default and example as the documentation shows them, where {@link fallback} does not tell. */
  readonly shownDefault?: string;
  readonly example?: string;
  /** Never printed, and not a flag, since flags show in the list of processes. */
  readonly secret?: boolean;
  /** Of a URL: printed is its origin alone, since the rest may be all that a receiver asks for. */
  readonly pathIsSecret?: boolean;
  /** What stands for the value in the help, where the kind's own word says too little. */
  readonly placeholder?: string;
  /** Taken over at SIGHUP, while the server runs. */
  readonly reread?: boolean;
  /** Nothing works without it. */
  readonly required?: boolean;
  /** Another name that is taken for it everywhere. */
  readonly also?: string;
  /** A flag that is given or not, and takes no value. */
  readonly valueless?: boolean;
}

/** Options by their names. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** What options are set to. */
export type Values<O extends Options> = {
  readonly [N in keyof O]: O[N] extends Option<infer T> ? T : never;
};

type Extras = Partial<
  Pick<
    Option<unknown>,
    "shownDefault" | "example" | "secret" | "pathIsSecret" | "placeholder" | "reread" | "also"
  >
>;

/** An option with a fixed default. */
export function setting<T>(
  kind: Kind<NonNullable<T>>,
  fallback: T,
  doc: string,
  extras: Extras = {},
): Option<T> {
  return { kind, doc, fallback: () => fallback, ...extras };
}

/** An option whose default depends on the machine. */
export function computed<T>(
  kind: Kind<NonNullable<T>>,
  fallback: () => T,
  doc: string,
  extras: Extras & { readonly example: string },
): Option<T> {
  return { kind, doc, fallback, ...extras };
}

/** An option without a default. */
export function optional<T extends NonNullable<unknown>>(
  kind: Kind<T>,
  doc: string,
  extras: Extras = {},
): Option<T | undefined> {
  return { kind, doc, fallback: () => undefined, ...extras };
}

/** An option that must be given. */
export function required<T extends NonNullable<unknown>>(
  kind: Kind<T>,
  doc: string,
  extras: Extras = {},
): Option<T> {
  const fallback = () => {
    throw new RangeError("A required option has no default");
  };
  return { kind, doc, fallback, required: true, ...extras };
}

/** A flag that is given or not. */
export function flag(doc: string): Option<boolean> {
  return { kind: boolean, doc, fallback: () => false, valueless: true };
}

/** The name of the option that one of its names stands for; undefined where none has it. */
export function namedBy(name: string, options: Options): string | undefined {
  if (Object.hasOwn(options, name)) return name;
  return Object.keys(options).find((known) => options[known]?.also === name);
}

/** What stands for an option's value in the help. */
export function placeholderOf({ kind, placeholder }: Option<unknown>): string {
  return placeholder ?? kind.placeholder;
}

/** An option as it is written, with what stands for its value: `--port=N`. */
export function spelled(name: string, option: Option<unknown>): string {
  return option.valueless ? `--${name}` : `--${name}=${placeholderOf(option)}`;
}

/** A value that somebody set, not checked yet, and who did: `flag --port`. */
export interface Given {
  readonly raw: unknown;
  readonly origin: string;
}

/** What one source sets. */
export type Source = ReadonlyMap<string, Given>;

/** Checked values, and where each comes from: `default`, `flag --port`, `variable HELIOGRAPH_PORT`, `key port in FILE`. */
interface Resolved<O extends Options> {
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

function check(
  name: string,
  { kind, secret, pathIsSecret }: Option<unknown>,
  { raw, origin }: Given,
): unknown {
  const value = kind.read(raw);
  if (value !== undefined) return value;
  const fault = kind.faultOf?.(raw);
  if (fault !== undefined) throw new ConfigError(`Invalid ${name}: ${origin}: ${oneLine(fault, 200)}`);
  const got = secret || pathIsSecret ? "***" : quoted(raw);
  throw new ConfigError(`Invalid ${name}: ${origin} is ${got}, expected ${kind.allowed}`);
}
