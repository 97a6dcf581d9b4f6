/**
 * The gateway's configuration: one table of settings, from which flags, variables, file keys and documentation derive.
 * @module
 */
export { describeSettings, type SettingDescription, showSetting } from "./describe.ts";
export { ConfigError, oneLine, UsageError } from "./errors.ts";
export { type ConfigSources, defaultConfig, loadConfig, type LoadedConfig, type Origins } from "./load.ts";
export { nearest } from "./nearest.ts";
export { type Config, type LogLevel, type Setting, type SettingName, settings } from "./settings.ts";
