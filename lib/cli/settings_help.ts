import { describeSettings, type SettingDescription } from "../config/mod.ts";

/** All settings for a help text, each with its meaning on a line of its own. */
export function settingsHelp(): string {
  return describeSettings().map(entry).join("");
}

function entry(setting: SettingDescription): string {
  const head = setting.flag === undefined
    ? `variable ${setting.variable}`
    : `${setting.flag}=${setting.example}`;
  const fallback = setting.exampleIsDefault ? "" : ` Default: ${setting.default}.`;
  return `  ${head}\n      ${setting.doc}${fallback}\n`;
}
