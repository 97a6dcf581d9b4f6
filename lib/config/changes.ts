import { type Config, type SettingName, settingNames, settingOf } from "./settings.ts";

/** What becomes of a configuration that was read again. */
export interface Changes {
  /** What applies from now on. */
  readonly config: Config;
  /** Settings that are taken over while the server runs. */
  readonly taken: readonly SettingName[];
  /** Settings that are set to something else, which only a restart takes over. */
  readonly waiting: readonly SettingName[];
}

/** Compares what a server runs with and what its configuration says now. */
export function takeOver(running: Config, read: Config): Changes {
  const changed = settingNames.filter((name) => JSON.stringify(running[name]) !== JSON.stringify(read[name]));
  const taken = changed.filter((name) => settingOf(name).reread);
  const config = { ...running, ...Object.fromEntries(taken.map((name) => [name, read[name]])) };
  return { config, taken, waiting: changed.filter((name) => !taken.includes(name)) };
}
