import type { Key, Range } from "../store.ts";

// What comes before a part, in the order of the parts' kinds; what is above both is not special.
const [beforeText, beforeNumber, afterBoth] = [" ", "#", "$"] as const;
const digits = 16;

/**
 * A key as text, such as `predictions#0000000000000042`: texts are in the order of their keys, byte by byte. A part that is
 * text has a space before it, a number `#`, and whatever would come before those is told with `$`.
 */
export function textOf([collection, ...rest]: Key): string {
  return escaped(collection) + rest.map(partOf).join("");
}

/** The key that a text stands for. */
export function keyOf(text: string): Key {
  const [collection = "", ...rest] = text.split(/(?=[ #])/);
  const parts = rest.map((part) =>
    part[0] === beforeNumber ? Number(part.slice(1)) : unescaped(part.slice(1))
  );
  return [unescaped(collection), ...parts];
}

/** The first text that belongs to a range, and the first after it; undefined: there is no end. */
export function boundsOf(
  { prefix, from, to }: Pick<Range, "prefix" | "from" | "to">,
): [string, string | undefined] {
  const [first, ...others] = prefix;
  if (first === undefined) {
    return [from === undefined ? "" : startOf(from), to === undefined ? undefined : startOf(to)];
  }
  const start = textOf([first, ...others]);
  return [
    start + (from === undefined ? beforeText : from.map(partOf).join("")),
    start + (to === undefined ? afterBoth : to.map(partOf).join("")),
  ];
}

function startOf([collection = "", ...rest]: readonly (string | number)[]): string {
  return textOf([String(collection), ...rest]);
}

function partOf(part: string | number): string {
  if (typeof part === "string") return beforeText + escaped(part);
  if (!Number.isSafeInteger(part) || part < 0) throw new RangeError(`A key has no number ${part}`);
  return beforeNumber + String(part).padStart(digits, "0");
}

function escaped(text: string): string {
  return text.replace(/[\0-$]/g, (sign) => `$${String.fromCharCode(sign.charCodeAt(0) + 48)}`);
}

function unescaped(text: string): string {
  return text.replace(/\$(.)/g, (_, sign: string) => String.fromCharCode(sign.charCodeAt(0) - 48));
}
