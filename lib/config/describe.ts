import { withoutPasswords } from "./errors.ts";
import { type Config, type SettingName, settingNames, settingOf, variableOf } from "./settings.ts";

/** A setting as documentation shows it. */
export interface SettingDescription {
  readonly name: SettingName;
  /** Undefined for secrets. */
  readonly flag: string | undefined;
  readonly variable: string;
  readonly unit: string | undefined;
  /** In words where the default is not one fixed value. */
  readonly default: string;
  /** A value to show in an example: the default, where there is one. */
  readonly example: string;
  /** Whether {@link example} is what applies where nothing is set. */
  readonly exampleIsDefault: boolean;
  readonly allowed: string;
  /** All that is allowed, where that is a few words. */
  readonly words: readonly string[];
  readonly doc: string;
  readonly secret: boolean;
}

function describe(name: SettingName): SettingDescription {
  const { kind, doc, secret = false, shownDefault, example, fallback } = settingOf(name);
  const value = fallback();
  const shown = value === undefined || value === null ? "none" : kind.show(value);
  return {
    name,
    flag: secret ? undefined : `--${name}`,
    variable: variableOf(name),
    unit: kind.unit,
    default: shownDefault ?? shown,
    example: example ?? shown,
    exampleIsDefault: example === undefined,
    allowed: kind.allowed,
    words: kind.words ?? [],
    doc,
    secret,
  };
}

/** All settings in the order of the documentation, which derives from this. */
export function describeSettings(): readonly SettingDescription[] {
  return settingNames.map(describe);
}

/** A value as an operator may see it: secrets and passwords in URLs masked, undefined where none is set. */
export function showSetting(config: Config, name: SettingName): string | undefined {
  const { kind, secret } = settingOf(name);
  const value: unknown = config[name];
  if (value === undefined || value === null) return undefined;
  return secret ? "***" : withoutPasswords(kind.show(value));
}
