import type { CreateApp } from "../gateway/mod.ts";

/** A subcommand: takes what follows its name and answers with the exit code. */
export type Command = (args: string[], createApp: CreateApp) => Promise<number>;
