/** A setting of the miner that cannot be used; ends with exit code 2. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}

interface Setting<T> {
  /** What stands for the value in the help. */
  readonly placeholder: string;
  readonly doc: string;
  /** As text, which is read like any other; undefined: there is none. */
  readonly fallback: string | undefined;
  /** What is allowed, as the end of "expected ...". */
  readonly allowed: string;
  /** The value, or undefined when the text is none. */
  read(text: string): T | undefined;
}

type Described<T> = Pick<Setting<T>, "placeholder" | "doc" | "fallback">;

function text(described: Described<string>): Setting<string> {
  return { ...described, allowed: "a text", read: (value) => value === "" ? undefined : value };
}

function seconds(described: Omit<Described<number>, "placeholder">): Setting<number> {
  return {
    ...described,
    placeholder: "SECONDS",
    allowed: "seconds above 0 and up to 86400",
    read(value) {
      const number = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : NaN;
      return number > 0 && number <= 86_400 ? number : undefined;
    },
  };
}

const truths: Record<string, boolean> = { true: true, 1: true, false: false, 0: false };

function boolean(described: Omit<Described<boolean>, "placeholder">): Setting<boolean> {
  return {
    ...described,
    placeholder: "True|False",
    allowed: "True or False",
    read: (value) => truths[value.toLowerCase()],
  };
}

const levels = ["TRACE", "DEBUG", "INFO", "WARNING", "ERROR"] as const;
type Level = typeof levels[number];

function level(described: Omit<Described<Level>, "placeholder">): Setting<Level> {
  return {
    ...described,
    placeholder: "LEVEL",
    allowed: levels.join(", "),
    read: (value) => levels.find((level) => level === value.toUpperCase()),
  };
}

const settings = {
  validators: text({
    placeholder: "URL[#HOTKEY],...|FILE",
    fallback: undefined,
    doc:
      "Where predictions go: ws://, wss://, http://, https:// or host:port, or a file with one on each line.",
  }),
  key: text({ placeholder: "FILE", fallback: undefined, doc: "The miner's hotkey." }),
  outbox: text({
    placeholder: "FILE",
    fallback: "data/miner.db",
    doc: "Keeps predictions until they are confirmed or refused, over restarts too.",
  }),
  input: text({
    placeholder: "FILE|-",
    fallback: "-",
    doc: "Predictions, one JSON object on each line; - is standard input.",
  }),
  uid: {
    placeholder: "N",
    fallback: "",
    doc: "For predictions without miner_uid; by default the one that the validator's welcome tells.",
    allowed: "a whole number from 0 on",
    read: (value: string) => /^\d{0,15}$/.test(value) ? value : undefined,
  } satisfies Setting<string>,
  exit_when_done: boolean({
    fallback: "True",
    doc: "Whether to end once the input has ended and all of it is confirmed or refused.",
  }),
  websocket_enabled: boolean({ fallback: "True", doc: "False: HTTP alone is used." }),
  websocket_heartbeat_interval: seconds({
    fallback: "60",
    doc: "A heartbeat is sent after so long without another.",
  }),
  websocket_reconnect_base_interval: seconds({
    fallback: "5",
    doc: "The shortest wait before connecting again.",
  }),
  websocket_max_reconnect_interval: seconds({ fallback: "300", doc: "The longest one." }),
  websocket_log_level: level({ fallback: "INFO", doc: "For connections; TRACE logs every frame." }),
  log_level: level({ fallback: "INFO", doc: "For everything else." }),
};

type Name = keyof typeof settings;

/** Every setting of `heliograph miner` with its value. */
export type MinerSettings = {
  readonly [N in Name]: Exclude<ReturnType<typeof settings[N]["read"]>, undefined>;
};

const names = Object.keys(settings) as Name[];
const prefix = "HELIOGRAPH_MINER_";
const variableOf = (name: string) => prefix + name.toUpperCase();

/** Reads the settings: flags win over variables, those over the defaults. Throws a {@link SettingError}. */
export function readMinerSettings(
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
): MinerSettings {
  const given = new Map([...readVariables(env), ...readFlags(flags)]);
  const values: Partial<Record<Name, unknown>> = {};
  for (const name of names) {
    const setting: Setting<unknown> = settings[name];
    const { value = setting.fallback, source } = given.get(name) ?? {};
    if (value === undefined) throw new SettingError(`Missing --${name}=${setting.placeholder}`);
    values[name] = setting.read(value);
    if (values[name] === undefined) {
      throw new SettingError(
        `Invalid ${name}: ${source} is ${JSON.stringify(value)}, expected ${setting.allowed}`,
      );
    }
  }
  // The loop above goes over every name, which the compiler cannot see.
  return values as MinerSettings;
}

interface Given {
  readonly value: string;
  readonly source: string;
}

function readFlags(flags: readonly string[]): Map<Name, Given> {
  const found = new Map<Name, Given>();
  const rest = [...flags];
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    const [, name = "", inline] = /^--([^=]+)(?:=(.*))?$/s.exec(flag) ?? [];
    if (!isName(name)) throw new SettingError(`Unknown argument ${flag}`);
    if (found.has(name)) throw new SettingError(`Flag --${name} is given twice`);
    found.set(name, { value: inline ?? takeValue(name, rest), source: `flag --${name}` });
  }
  return found;
}

function takeValue(name: Name, rest: string[]): string {
  const next = rest[0]?.startsWith("--") ? undefined : rest.shift();
  if (next !== undefined) return next;
  if (settings[name].placeholder === "True|False") return "True";
  throw new SettingError(`Flag --${name} has no value, expected --${name}=${settings[name].placeholder}`);
}

function readVariables(env: Readonly<Record<string, string>>): Map<Name, Given> {
  const found = new Map<Name, Given>();
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith(prefix)) continue;
    const name = names.find((name) => variableOf(name) === variable);
    if (name === undefined) throw new SettingError(`Unknown variable ${variable}`);
    if (value !== "") found.set(name, { value, source: `variable ${variable}` });
  }
  return found;
}

function isName(name: string): name is Name {
  return Object.hasOwn(settings, name);
}

/** A setting as documentation shows it. */
export interface MinerSettingDescription {
  readonly flag: string;
  readonly variable: string;
  readonly doc: string;
  readonly allowed: string;
  /** Undefined: it must be given; empty: there is none. */
  readonly fallback: string | undefined;
}

/** All settings in the order of the documentation. */
export function listMinerSettings(): readonly MinerSettingDescription[] {
  return names.map((name) => {
    const { placeholder, doc, fallback, allowed } = settings[name];
    return { flag: `--${name}=${placeholder}`, variable: variableOf(name), doc, allowed, fallback };
  });
}

/** The flags for the help, one with its meaning on two lines. */
export function describeMinerSettings(): string {
  return listMinerSettings().map(({ flag, doc, fallback }) => {
    const note = fallback === undefined ? " Required." : fallback === "" ? "" : ` Default: ${fallback}.`;
    return `  ${flag}\n      ${doc}${note}\n`;
  }).join("");
}
