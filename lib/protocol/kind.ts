import { z } from "zod";

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What travels under a name: what it must be, and one such. */
export class Kind<Schema extends z.ZodType = z.ZodType> {
  readonly #make: () => Schema;
  #made: Schema | undefined;

  /**
   * `make` is called when somebody asks what it must be: most servers are never asked. `parts` are what it is made of, where
   * nothing else names them.
   */
  constructor(
    readonly name: string,
    make: () => Schema,
    readonly example: Json,
    readonly parts: readonly Kind[] = [],
  ) {
    this.#make = make;
  }

  /** What is one of several kinds; its example is that of the first. */
  static anyOf(name: string, kinds: readonly [Kind, ...Kind[]]): Kind {
    return new Kind(name, () => z.union(kinds.map(({ schema }) => schema)), kinds[0].example, kinds);
  }

  get schema(): Schema {
    return this.#made ??= this.#make();
  }
}

/** A message on a connection. */
export interface MessageEntry {
  /** Who may send it. */
  readonly from: "client" | "gateway";
  /** It says no more than that its sender is there. */
  readonly isPulse?: true;
  readonly summary: string;
  readonly kind: Kind;
  /** Where it is not that of its kind. */
  readonly example?: Json;
  /** Names of the messages that answer it. */
  readonly answers?: readonly string[];
}

/** What is spoken on one path. */
export interface Conversation {
  readonly name: string;
  readonly path: string;
  readonly title: string;
  readonly description: string;
  /** By their names in the reference. */
  readonly messages: Readonly<Record<string, MessageEntry>>;
}

/** The names of those messages that one side may send. */
type From<Side extends MessageEntry["from"], Spoken extends Conversation> = {
  [Name in keyof Spoken["messages"]]: Spoken["messages"][Name]["from"] extends Side ? Name : never;
}[keyof Spoken["messages"]];

/** The names of those messages that clients may send. */
export type FromClient<Spoken extends Conversation> = From<"client", Spoken>;

/** The names of those messages that the gateway may send, but for those that say no more than that it is there. */
export type FromGateway<Spoken extends Conversation> = {
  [Name in From<"gateway", Spoken>]: Spoken["messages"][Name] extends { readonly isPulse: true } ? never
    : Name;
}[From<"gateway", Spoken>];
