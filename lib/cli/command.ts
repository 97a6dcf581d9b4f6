import type { CreateApp } from "../gateway/mod.ts";

/** A subcommand: takes what follows its name and answers with the exit code. */
export type Command = (args: string[], createApp: CreateApp) => Promise<number>;

/** The module of a subcommand. */
export interface CommandModule {
  readonly run: Command;
  /** What `--help` prints: the one description of its arguments, from which shell completions are made too. */
  readonly usage: string;
}

/** A subcommand in the table of all, loaded when it is asked for. */
export interface CommandEntry {
  /** A few words for the list. */
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

/** All subcommands by name. */
export type Commands = Readonly<Record<string, CommandEntry>>;
