/**
 * What the program can be told: one table of settings and options, from which flags, variables, file keys, help,
 * completions and documentation derive, and the reader of command lines.
 * @module
 */
export {
  asksForHelp,
  type CommandLine,
  type Grammar,
  readCommandLine,
  readVariables,
} from "./command_line.ts";
export {
  type Changes,
  type ConfigSources,
  defaultConfig,
  loadConfig,
  type LoadedConfig,
  type Origins,
  takeOver,
} from "./load.ts";
export {
  describeOptions,
  describeSettings,
  type OptionDescription,
  type SettingDescription,
  showSetting,
} from "./describe.ts";
export { ConfigError, oneLine, quoted, unknownName, UsageError, withoutPasswords } from "./errors.ts";
export {
  between,
  boolean,
  filePath,
  integer,
  type Kind,
  oneOf,
  positive,
  showSize,
  text,
  webUrl,
} from "./kinds.ts";
export { nearest } from "./nearest.ts";
export {
  flag,
  type Option,
  optional,
  type Options,
  required,
  setting,
  spelled,
  type Values,
} from "./option.ts";
export { resolve, type Resolved, type Source } from "./resolve.ts";
export { type Config, configGrammar, type LogLevel, type SettingName, settings } from "./settings.ts";
