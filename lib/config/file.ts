import { parse } from "@std/yaml";
import { ConfigError, oneLine, unknownName } from "./errors.ts";
import type { Given, Source } from "./resolve.ts";
import { namedBy } from "./option.ts";
import { catalogue, isSetting, type SettingName, settingNames, settings } from "./settings.ts";

/** The first line alone: the others of a syntax error quote the file, which may hold a secret. So no cause either. */
function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return oneLine(text.split("\n", 1)[0] ?? "", 200).replace(/[:.\s]+$/, "");
}

function attempt<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new ConfigError(`${what}: ${firstLine(cause)}`);
  }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** The settings of a YAML file, whose keys are nested (`tls: {cert: ...}`) or dotted (`tls.cert: ...`). */
class FileReader {
  readonly given = new Map<SettingName, Given>();

  constructor(readonly path: string) {}

  read(content: Record<string, unknown>, prefix = ""): void {
    for (const [key, value] of Object.entries(content)) this.#take(`${prefix}${key}`, value);
  }

  #take(name: string, raw: unknown): void {
    const origin = `key ${oneLine(name)} in ${oneLine(this.path)}`;
    const section = settingNames.find((known) => known.startsWith(`${name}.`));
    const setting = namedBy(name, settings);
    const isSection = section !== undefined && isMapping(raw);
    if (setting !== undefined && isSetting(setting) && !isSection) return this.#set(setting, { raw, origin });
    if (section === undefined) {
      throw new ConfigError(unknownName(origin, name, settingNames, String, catalogue));
    }
    if (isMapping(raw)) return this.read(raw, `${name}.`);
    if (raw !== null) {
      throw new ConfigError(`${origin} is not a section: expected keys in it, such as ${section}`);
    }
  }

  #set(name: SettingName, given: Given): void {
    if (this.given.has(name)) throw new ConfigError(`${given.origin} is given twice`);
    if (given.raw !== null) this.given.set(name, given);
  }
}

/** Reads the file that `named` tells of; a key without a value counts as not set. */
export function readConfigFile(named: Given, readFile: (path: string) => string): Source {
  const path = String(named.raw);
  const content = attempt(`${named.origin}: cannot read ${oneLine(path)}`, () => readFile(path));
  const parsed: unknown = attempt(`Cannot parse ${oneLine(path)} as YAML`, () => parse(content));
  const reader = new FileReader(path);
  if (isMapping(parsed)) reader.read(parsed);
  else if (parsed !== null && parsed !== undefined) {
    throw new ConfigError(`Cannot use ${oneLine(path)}: expected settings as "name: value"`);
  }
  return reader.given;
}
