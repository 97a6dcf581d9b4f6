import { describeOptions } from "../../config/mod.ts";
import type { Commands, Usage } from "../command.ts";

/** A flag of a subcommand. */
export interface Flag {
  readonly name: string;
  readonly takesValue: boolean;
  /** All values that are allowed, where those are a few words; else a value may be a file. */
  readonly words: readonly string[];
}

/** What can follow a subcommand's name. */
export interface CommandGrammar {
  readonly name: string;
  readonly summary: string;
  /** Actions, such as `new` of `keys`, or all that the operand may be. */
  readonly words: readonly string[];
  readonly flags: readonly Flag[];
}

/** What all subcommands take, from the tables that they are read with. */
export async function readGrammar(commands: Commands): Promise<readonly CommandGrammar[]> {
  return await Promise.all(
    Object.entries(commands).map(async ([name, { summary, load }]) => {
      const { usage } = await load();
      return { name, summary, words: wordsOf(usage), flags: flagsOf(usage) };
    }),
  );
}

function wordsOf({ actions = [], words = {} }: Usage): readonly string[] {
  return [...actions.map(({ name }) => name.replace(/^.* /, "")), ...Object.keys(words)];
}

function flagsOf(usage: Usage): readonly Flag[] {
  const all = [usage, ...usage.actions ?? []].flatMap(({ options }) => describeOptions(options));
  const flags = all.filter(({ secret }) => !secret).map(({ name, valueless, words }) => ({
    name,
    takesValue: !valueless,
    words: valueless ? [] : words,
  }));
  const help = { name: "help", takesValue: false, words: [] };
  return [...new Map([...flags, help].map((flag) => [flag.name, flag])).values()];
}
