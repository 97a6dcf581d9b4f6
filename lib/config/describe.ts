import { variableOf } from "./command_line.ts";
import { withoutPasswords } from "./errors.ts";
import { type Option, placeholderOf, spelled } from "./option.ts";
import { type Config, configGrammar, type SettingName, settingOf, settings } from "./settings.ts";

/** An option as documentation shows it. */
export interface OptionDescription<Name extends string = string> {
  readonly name: Name;
  /** Undefined for secrets. */
  readonly flag: string | undefined;
  /** What stands for its value: `N`, or in a few words all that is allowed. */
  readonly placeholder: string;
  /** The flag with what stands for its value: `--port=N`. */
  readonly spelled: string;
  readonly variable: string | undefined;
  readonly unit: string | undefined;
  /** In words where the default is not one fixed value. */
  readonly default: string;
  /** A value to show in an example: the default, where there is one. */
  readonly example: string;
  /** Whether {@link example} is what applies where nothing is set. */
  readonly exampleIsDefault: boolean;
  readonly required: boolean;
  /** Whether it is a flag that is given or not. */
  readonly valueless: boolean;
  readonly allowed: string;
  /** All that is allowed, where that is a few words. */
  readonly words: readonly string[];
  readonly doc: string;
  readonly secret: boolean;
}

/** A setting of the gateway as documentation shows it. */
export type SettingDescription = OptionDescription<SettingName> & { readonly variable: string };

/** Options in the order of their table; `prefix` is that of their variables, where they have some. */
export function describeOptions<Name extends string>(
  options: Readonly<Record<Name, Option<unknown>>>,
  prefix?: string,
): readonly OptionDescription<Name>[] {
  return (Object.keys(options) as Name[]).map((name) => describe(name, options[name], prefix));
}

function describe<Name extends string>(
  name: Name,
  option: Option<unknown>,
  prefix: string | undefined,
): OptionDescription<Name> {
  const { kind, doc, secret = false, required = false, valueless = false, shownDefault, example } = option;
  const value = required ? undefined : option.fallback();
  const shown = value === undefined || value === null ? "none" : kind.show(value);
  return {
    name,
    flag: secret ? undefined : `--${name}`,
    placeholder: placeholderOf(option),
    spelled: spelled(name, option),
    variable: prefix === undefined ? undefined : variableOf(name, prefix),
    unit: kind.unit,
    default: shownDefault ?? shown,
    example: example ?? shown,
    exampleIsDefault: example === undefined && value !== undefined,
    required,
    valueless,
    allowed: kind.allowed,
    words: kind.words ?? [],
    doc: option.reread ? `${doc} Read again at SIGHUP.` : doc,
    secret,
  };
}

/** All settings in the order of the documentation, which derives from this. */
export function describeSettings(): readonly SettingDescription[] {
  const { prefix } = configGrammar;
  const described = describeOptions(settings as Readonly<Record<SettingName, Option<unknown>>>, prefix);
  return described.map((option) => ({ ...option, variable: variableOf(option.name, prefix) }));
}

/** A value as an operator may see it: secrets, and what is secret of a URL, masked; undefined where none is set. */
export function showSetting(config: Config, name: SettingName): string | undefined {
  const { kind, secret, pathIsSecret } = settingOf(name);
  const value: unknown = config[name];
  if (value === undefined || value === null) return undefined;
  if (secret) return "***";
  const shown = kind.show(value);
  return pathIsSecret ? originAlone(shown) : withoutPasswords(shown);
}

/** A URL with its scheme, host and port, and nothing else that it has. */
function originAlone(url: string): string {
  const { href, origin, host } = new URL(url);
  if (host === "") return url;
  return href === `${origin}/` ? origin : `${origin}/***`;
}
