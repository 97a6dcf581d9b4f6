/**
 * What the program can be told: one table of settings and options, from which flags, variables, file keys, help,
 * completions and documentation derive, and the reader of command lines.
 * @module
 */
export { asksForHelp, type Grammar, readCommandLine, readVariables } from "./command_line.ts";
export {
  type ConfigSources,
  defaultConfig,
  loadConfig,
  type LoadedConfig,
  originOf,
  takeOver,
} from "./load.ts";
export {
  describeOptions,
  describeSettings,
  type OptionDescription,
  type SettingDescription,
  showSetting,
} from "./describe.ts";
export {
  ConfigError,
  nearest,
  oneLine,
  quoted,
  unknownName,
  UsageError,
  withoutPasswords,
} from "./errors.ts";
export { between, boolean, filePath, integer, type Kind, oneOf, positive, showSize, text } from "./kinds.ts";
export { flag, optional, type Options, required, resolve, setting, type Values } from "./option.ts";
export { type Config, configGrammar, type LogLevel, settings } from "./settings.ts";
