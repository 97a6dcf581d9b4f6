import ipaddr from "ipaddr.js";
import {
  type PolledDeclaration,
  polledDeclarationsFault,
  polledDeclarationsSchema,
} from "../protocol/mod.ts";

/** One kind of value: what is allowed, how it is read from text or YAML, and how it is written back. */
export interface Kind<T> {
  /** What is allowed, as the end of "expected ...". */
  readonly allowed: string;
  /** What stands for a value in the help. */
  readonly placeholder: string;
  /** The unit of a bare number. */
  readonly unit?: string;
  /** What a flag without a value means; without it, there has to be one. */
  readonly bare?: string;
  /** All that is allowed, where that is a few words. */
  readonly words?: readonly string[];
  /** The value, or undefined when it is not one of this kind. */
  read(raw: unknown): T | undefined;
  /** What is wrong with what is not of this kind, and where in it, for values that have parts. */
  faultOf?(raw: unknown): string | undefined;
  /** Text that reads back as the same value. */
  show(value: T): string;
}

const plainNumber = /^\d+(?:\.\d+)?$/;

function readNumber(raw: unknown, unit = ""): number {
  if (typeof raw === "number") return raw;
  if (typeof raw !== "string") return NaN;
  const text = raw.trim();
  const bare = unit !== "" && text.endsWith(unit) ? text.slice(0, -unit.length).trimEnd() : text;
  return plainNumber.test(bare) ? Number(bare) : NaN;
}

/** One line of text that passes `accepts`; without it, any but the empty one. */
export function text(
  allowed: string,
  accepts: (value: string) => boolean = () => true,
  placeholder = "TEXT",
): Kind<string> {
  return {
    allowed,
    placeholder,
    read: (raw) => typeof raw === "string" && /^\P{Cc}+$/u.test(raw) && accepts(raw) ? raw : undefined,
    show: (value) => value,
  };
}

/** The path of a file. */
export const filePath: Kind<string> = text("a path", undefined, "FILE");

/** Whether a text is the URL of a web page or service. */
export function isWebUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

/** An address of the web. */
export const webUrl: Kind<string> = text("an http:// or https:// URL", isWebUrl, "URL");

const placeholders: Readonly<Record<string, string>> = { s: "SECONDS", ms: "MS" };

/** A whole number from `least` to `most`. */
export function integer(least: number, most: number, unit?: string): Kind<number> {
  return {
    allowed: `a whole number from ${least} to ${most}${unit === undefined ? "" : ` (${unit})`}`,
    placeholder: placeholders[unit ?? ""] ?? "N",
    ...(unit === undefined ? {} : { unit }),
    read(raw) {
      const value = readNumber(raw, unit);
      return Number.isInteger(value) && value >= least && value <= most ? value : undefined;
    },
    show: String,
  };
}

/** A number from `least` to `most`, fractions included. */
export function between(least: number, most: number, unit: string): Kind<number> {
  return {
    allowed: `a number from ${least} to ${most} (${unit})`,
    placeholder: placeholders[unit] ?? "N",
    unit,
    read(raw) {
      const value = readNumber(raw, unit);
      return value >= least && value <= most ? value : undefined;
    },
    show: String,
  };
}

/** A number above 0 and up to `most`, fractions included. */
export function positive(most: number, unit: string): Kind<number> {
  return {
    allowed: `a number above 0 and up to ${most} (${unit})`,
    placeholder: placeholders[unit] ?? "N",
    unit,
    read(raw) {
      const value = readNumber(raw, unit);
      return value > 0 && value <= most ? value : undefined;
    },
    show: String,
  };
}

const sizeUnits: Record<string, number> = {
  "": 1,
  b: 1,
  kb: 1e3,
  kib: 2 ** 10,
  mb: 1e6,
  mib: 2 ** 20,
  gb: 1e9,
  gib: 2 ** 30,
};

function readSize(raw: unknown): number {
  if (typeof raw === "number") return raw;
  const [, digits = "", unit = ""] = /^([\d.]+) ?([kmg]?i?b)?$/i.exec(String(raw).trim()) ?? [];
  return plainNumber.test(digits) ? Number(digits) * (sizeUnits[unit.toLowerCase()] ?? NaN) : NaN;
}

const shownUnits = [["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 2 ** 10]] as const;

/** A number of bytes as `1MiB`, `512KiB` or where neither divides it as it is. */
export function showSize(bytes: number): string {
  const [unit, factor] = shownUnits.find(([, factor]) => bytes % factor === 0) ?? ["", 1];
  return `${bytes / factor}${unit}`;
}

/** A number of bytes up to `most`: `1048576`, `512KiB`, `1MiB`. */
export function size(most: number): Kind<number> {
  return {
    allowed: `a number of bytes from 1 to ${showSize(most)}, such as 1048576, 512KiB or 1MiB`,
    placeholder: "SIZE",
    unit: "bytes",
    read(raw) {
      const value = readSize(raw);
      return Number.isInteger(value) && value >= 1 && value <= most ? value : undefined;
    },
    show: showSize,
  };
}

const truths = new Map([["true", true], ["1", true], ["false", false], ["0", false]]);

/** `True` or `False`, in any case, or `1` or `0`. */
export const boolean: Kind<boolean> = {
  allowed: "True or False",
  placeholder: "True|False",
  bare: "True",
  words: ["True", "False"],
  read: (raw) => typeof raw === "object" ? undefined : truths.get(String(raw).trim().toLowerCase()),
  show: (value) => value ? "True" : "False",
};

/** One of a few words, in any case. */
export function oneOf<const T extends string>(...words: readonly T[]): Kind<T> {
  return {
    allowed: `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`,
    placeholder: words.join("|"),
    words,
    read(raw) {
      const wanted = typeof raw === "string" ? raw.trim().toLowerCase() : undefined;
      return words.find((word) => word.toLowerCase() === wanted);
    },
    show: (value) => value,
  };
}

function readOrigin(raw: unknown): string | undefined {
  const text = typeof raw === "string" ? raw.trim() : "";
  if (!/^[a-z][a-z\d+.-]*:\/\/[^\s/?#@,]+$/i.test(text)) return undefined;
  if (!URL.canParse(text)) return undefined;
  const { origin } = new URL(text);
  return origin === "null" ? text.toLowerCase() : origin;
}

/** What is in a list: a comma between the items in text, a list in YAML. Of anything else one that nothing is read from. */
function itemsOf(raw: unknown): readonly unknown[] {
  if (typeof raw === "string") return raw.split(",");
  return Array.isArray(raw) ? raw : [undefined];
}

/** `all`, or origins as browsers send them: a comma between them in text, a list in YAML. */
export const origins: Kind<"all" | readonly string[]> = {
  allowed: "all, or origins such as https://app.example.org with commas between them",
  placeholder: "ORIGINS",
  read(raw) {
    if (typeof raw === "string" && raw.trim().toLowerCase() === "all") return "all";
    const items = itemsOf(raw);
    const read = items.map(readOrigin).filter((origin) => origin !== undefined);
    return read.length === items.length && read.length > 0 ? Object.freeze(read) : undefined;
  },
  show: (value) => value === "all" ? value : value.join(","),
};

/** What stands in text as JSON, and in YAML as it is. */
function asJson(raw: unknown): unknown {
  if (typeof raw !== "string") return raw;
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

/** Streams that are polled from the node: a list in YAML, JSON in text. */
export const polledStreams: Kind<readonly PolledDeclaration[]> = {
  allowed: "a list of streams, each with `name`, `period` and `method`",
  placeholder: "JSON",
  read: (raw) => polledDeclarationsSchema.safeParse(asJson(raw)).data,
  faultOf: (raw) => polledDeclarationsFault(asJson(raw)),
  show: (value) => JSON.stringify(value),
};

/** Beginnings of names: a comma between them in text, a list in YAML. */
export const prefixes: Kind<readonly string[]> = {
  allowed: "beginnings of names, such as user: or user:,team:",
  placeholder: "PREFIXES",
  read(raw) {
    const read = itemsOf(raw).map((item) => typeof item === "string" ? item.trim() : "");
    return read.length > 0 && read.every((item) => /^[A-Za-z][\w.:-]{0,31}$/.test(item))
      ? Object.freeze(read)
      : undefined;
  },
  show: (value) => value.join(","),
};

/** The word for this machine's own addresses, and what it stands for. */
const loopback = ["127.0.0.0/8", "::1/128"];

function readNetwork(raw: unknown): readonly string[] {
  const text = typeof raw === "string" ? raw.trim().toLowerCase() : "";
  if (text === "loopback") return loopback;
  const [address = "", bits, ...more] = text.split("/");
  const isPlain = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
  if (!isPlain || address.includes("%") || more.length > 0) return [];
  const width = 8 * ipaddr.parse(address).toByteArray().length;
  if (bits === undefined) return [`${address}/${width}`];
  return /^\d{1,3}$/.test(bits) && Number(bits) <= width ? [text] : [];
}

/** Networks in CIDR notation: a comma between addresses and networks in text, a list in YAML. */
export const networks: Kind<readonly string[]> = {
  allowed: "addresses or networks such as loopback,10.0.0.0/8,2001:db8::/32",
  placeholder: "NETWORKS",
  read(raw) {
    const read = itemsOf(raw).map(readNetwork);
    return read.length > 0 && read.every((item) => item.length > 0) ? Object.freeze(read.flat()) : undefined;
  },
  show: (value) => value.join(","),
};
