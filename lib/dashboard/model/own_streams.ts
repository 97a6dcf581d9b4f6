import { formatCount, formatShort, shorten, unknown } from "./format.ts";
import type { Frames } from "./slice.ts";
import { Slice } from "./slice.ts";
import { shownStreamNames, type Streams } from "./streams.ts";

/** The newest value of a stream of the operator's own. */
export interface OwnStreamValue {
  readonly name: string;
  /** What it holds, as far as there is room; undefined before the first. */
  readonly fields: readonly OwnField[] | undefined;
  /** Unix seconds; undefined before the first value. */
  readonly at: number | undefined;
  /** Why its source has gone; undefined: it is there. */
  readonly stale: string | undefined;
}

/** A part of a value that has none itself. */
interface OwnField {
  /** Names and places with dots between. */
  readonly path: string;
  /** For people. */
  readonly text: string;
  /** All of it. */
  readonly full: string;
}

/** What has a card of its own. */
const shown: readonly string[] = shownStreamNames;
/** Streams that have a card, fields of one that are shown, and how deep in a value they are. */
const [mostStreams, mostFields, deepest] = [24, 24, 4];

/** The streams that the server names beside those that the page knows, whatever they carry. */
export class OwnStreams {
  readonly values: Slice<readonly OwnStreamValue[]>;
  readonly #streams: Streams;
  readonly #stops = new Map<string, () => void>();

  constructor(streams: Streams, frames: Frames) {
    this.#streams = streams;
    this.values = new Slice<readonly OwnStreamValue[]>(frames, []);
  }

  /** Listens to what the server names now, and marks what is stale. */
  follow(): void {
    const { available = [], stale } = this.#streams.snapshot;
    const names = available.filter((name) => !shown.includes(name)).slice(0, mostStreams);
    for (const [name, stop] of this.#stops) if (!names.includes(name)) this.#leave(name, stop);
    const known = this.values.next;
    const isSame = names.length === known.length &&
      known.every((value, index) => value.name === names[index] && value.stale === stale[value.name]);
    if (!isSame) {
      this.values.offer(names.map((name) => {
        const before = known.find((value) => value.name === name);
        return { name, fields: before?.fields, at: before?.at, stale: stale[name] };
      }));
    }
    for (const name of names) if (!this.#stops.has(name)) this.#listen(name);
  }

  stop(): void {
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
  }

  #listen(name: string): void {
    const stop = this.#streams.subscribe(name, ({ data, timestamp }) => {
      const fields = fieldsOf(data);
      this.values.offer(
        this.values.next.map((value) => value.name === name ? { ...value, fields, at: timestamp } : value),
      );
    });
    this.#stops.set(name, stop);
  }

  #leave(name: string, stop: () => void): void {
    stop();
    this.#stops.delete(name);
  }
}

/** What a value holds, as lines for people; what is too deep or too much is left out. */
export function fieldsOf(value: unknown): readonly OwnField[] {
  return [...leavesOf(value, [])].slice(0, mostFields);
}

function* leavesOf(value: unknown, path: readonly string[]): Generator<OwnField> {
  if (typeof value !== "object" || value === null || path.length === deepest) {
    const full = typeof value === "string" ? value : JSON.stringify(value);
    return yield { path: path.join("."), text: textOf(value), full: full.slice(0, 500) };
  }
  for (const [key, member] of Object.entries(value)) yield* leavesOf(member, [...path, key]);
}

function textOf(value: unknown): string {
  if (value === null) return unknown;
  if (typeof value === "number") return Number.isInteger(value) ? formatCount(value) : formatShort(value);
  return shorten(typeof value === "string" ? value : JSON.stringify(value), 40);
}
