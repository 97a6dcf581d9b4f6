import { describeSettings } from "../../config/mod.ts";
import type { Commands } from "../command.ts";

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
  /** Actions, such as `new` of `keys`. */
  readonly words: readonly string[];
  readonly flags: readonly Flag[];
}

/** Where a help text says that all settings of the gateway are flags. */
const settingsMark = "[--SETTING=VALUE ...]";

/** Reads what all subcommands take from their help texts and the table of settings, so that it cannot differ from those. */
export async function readGrammar(commands: Commands): Promise<readonly CommandGrammar[]> {
  return await Promise.all(
    Object.entries(commands).map(async ([name, { summary, load }]) => {
      const usage = withoutExamples((await load()).usage);
      return { name, summary, words: readWords(name, usage), flags: readAllFlags(usage) };
    }),
  );
}

const withoutExamples = (usage: string) => usage.replace(/^Examples:\n(?: .*\n)+/m, "");

/** Words that the first lines or the list of actions name: `heliograph keys new`, or `  new [--out FILE]`. */
function readWords(name: string, usage: string): readonly string[] {
  const patterns = [
    /^ {2}(?!variable )([a-z]\w*)(?= )/gm,
    new RegExp(`^(?:Usage:|      ) heliograph ${name} ([a-z]\\w*)`, "gm"),
  ];
  return [
    ...new Set(patterns.flatMap((pattern) => [...usage.matchAll(pattern)].map(([, word = ""]) => word))),
  ];
}

function readAllFlags(usage: string): readonly Flag[] {
  const found = new Map<string, Flag>();
  for (const flag of readFlags(usage)) {
    // Prose after the description names flags again, without their values.
    if (!found.get(flag.name)?.takesValue) found.set(flag.name, flag);
  }
  if (usage.includes(settingsMark)) { for (const flag of settingFlags()) found.set(flag.name, flag); }
  return [...found.values(), { name: "help", takesValue: false, words: [] }];
}

function readFlags(usage: string): Flag[] {
  return [...usage.matchAll(/--([a-z][\w.]*)(?:=([\w|-]+)| [A-Z])?/g)].map((
    [text, name = "", shown = ""],
  ) => ({
    name,
    takesValue: /[= ]/.test(text),
    words: shown.includes("|") && !/[A-Z]{2}/.test(shown) ? shown.split("|") : [],
  }));
}

function settingFlags(): Flag[] {
  const flags = describeSettings().filter(({ secret }) => !secret)
    .map(({ name, words }) => ({ name, takesValue: true, words }));
  return [{ name: "config", takesValue: true, words: [] }, ...flags];
}
