import { afterAbout, type Clock, type Timer } from "../protocol/mod.ts";
import { type Activity, logger, Throttle } from "../telemetry/mod.ts";
import type { Places } from "./places.ts";

/** What the process has, in bytes. */
interface MemoryReading {
  /** In all. */
  readonly rss: number;
  /** Beside the program's own objects: where the runtime gathers what is on its way in. */
  readonly outside: number;
}

/** What a {@link MemoryGuard} works with. */
interface MemoryGuardOptions {
  readonly places: Places;
  readonly clock: Clock;
  readonly activity: Activity;
  /** Bytes that may gather outside the program beyond the least of the last while, and 64 KiB for each connection. */
  readonly maxGrowth: number;
  /** Bytes that the process may have; undefined where that is not known. */
  readonly limit: number | undefined;
  read(): MemoryReading;
}

const mebibyte = 2 ** 20;
/** Milliseconds between two looks: while a stranger is there, while somebody is unproven, and while nobody is. */
const intervals = { stranger: 25, anonymous: 100, nobody: 1000 };
/** Milliseconds for which the least that was seen is remembered. */
const memory = 30_000;
const perConnection = 64 * 1024;
/** What more may gather after some were cut off, before others are. */
const step = 8 * mebibyte;
/** The share of the limit above which those go whom the server knows least. */
const highShare = 0.8;
/** Milliseconds for which few strangers more are let in from an address whose were cut off. */
const distrusted = 30_000;
/** Milliseconds after strangers were cut off in which nobody else is. */
const aftermath = 3000;
/** How many go at least between two looks. */
const leastEvicted = 16;

const log = logger("websocket");

/**
 * Watches the process's memory. The runtime gathers a message before anybody here sees a byte of it, up to 64 MiB for each
 * connection, so that nothing helps against messages that never end but to end their connections: strangers first.
 */
export class MemoryGuard {
  readonly #options: MemoryGuardOptions;
  readonly #warnings: Throttle;
  #lows = new Lows(memory);
  /** What the process had when some were last cut off for the limit's sake. */
  #highest = 0;
  /** When strangers were last cut off. */
  #strangersAt = -Infinity;
  #timer: Timer | undefined;

  constructor(options: MemoryGuardOptions) {
    this.#options = options;
    this.#warnings = new Throttle({ clock: options.clock });
  }

  start(): void {
    // A flood brings a gigabyte within a second: what was there before it has to be known.
    this.#options.places.onFirstStranger(() => this.#lookAgain());
    this.#lookLater();
  }

  close(): void {
    this.#options.places.onFirstStranger(() => {});
    this.#timer?.cancel();
  }

  #lookAgain(): void {
    this.#timer?.cancel();
    this.look();
    this.#lookLater();
  }

  #lookLater(): void {
    const { clock, places: { unproven: { strangers, anonymous } } } = this.#options;
    const { stranger, anonymous: seldom, nobody } = intervals;
    const interval = strangers > 0 ? stranger : anonymous > 0 ? seldom : nobody;
    this.#timer = afterAbout(clock, interval, () => this.#lookAgain());
  }

  /** Looks once, and cuts off whom it must. */
  look(): void {
    const { limit = Infinity, maxGrowth, read, places, clock } = this.#options;
    const { rss, outside } = read();
    const now = clock.elapsed();
    // Nobody to suspect, whatever memory went into.
    const { strangers, anonymous } = places.unproven;
    if (strangers + anonymous === 0) this.#lows = new Lows(memory);
    const level = outside - perConnection * places.taken;
    if (level > this.#lows.add(now, level) + maxGrowth) {
      this.#evict("growth", rss);
      this.#lows = new Lows(memory);
      this.#lows.add(now, level + step - maxGrowth);
    }
    if (rss <= highShare * limit) this.#highest = 0;
    else if (rss > this.#highest + step) {
      this.#evict("limit", rss);
      this.#highest = rss;
    }
  }

  /**
   * All strangers: with what waits in the kernel, each can bring some MiB more before the next look. Or half of the others
   * who are anonymous where there is no stranger.
   */
  #evict(reason: keyof Activity["evictions"], rss: number): void {
    const { places, activity, clock } = this.#options;
    const candidates = places.leastKnown();
    const now = clock.elapsed();
    const isStranger = candidates[0]?.standing === "stranger";
    if (isStranger) this.#strangersAt = now;
    // What strangers took may not be given back yet.
    else if (now - this.#strangersAt < aftermath) return;
    const share = isStranger ? 1 : 0.5;
    const evicted = candidates.slice(0, Math.max(leastEvicted, Math.ceil(candidates.length * share)));
    if (evicted.length === 0) return;
    for (const place of evicted) {
      places.distrust(place.address, now + distrusted);
      place.evict(`memory: ${reason}`);
    }
    activity.evictions[reason] += evicted.length;
    const facts = { megabytes: Math.round(rss / 1e6), count: evicted.length, reason };
    const message = "Cut off {count} connections for the sake of memory ({reason}, {megabytes} MB)";
    this.#warnings.warn(log, reason, message, facts);
  }
}

/** The least of what was seen lately. */
class Lows {
  readonly #duration: number;
  /** Rising: whatever is below all that came after it. */
  #lows: { readonly at: number; readonly value: number }[] = [];

  constructor(duration: number) {
    this.#duration = duration;
  }

  /** Adds a value and gives the least. */
  add(now: number, value: number): number {
    this.#lows = this.#lows.filter((low) => low.at > now - this.#duration && low.value < value);
    this.#lows.push({ at: now, value });
    return this.#lows[0]?.value ?? value;
  }
}

/** Where a container's limit stands, by the kernel's second and first way to tell; `max` or a huge number where there is none. */
const limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
/** What of a machine's memory is taken where nothing bounds the process. */
const shareOfMachine = 0.5;

/** What the process has now. */
export function readMemory(): MemoryReading {
  const { rss, heapTotal, external } = Deno.memoryUsage();
  return { rss, outside: rss - heapTotal - external };
}

/** Bytes that the process may have, of the container or of the machine; undefined where neither can be read. */
export async function readMemoryLimit(): Promise<number | undefined> {
  const machine = /^MemTotal:\s+(\d+) kB/m.exec(await read("/proc/meminfo") ?? "")?.[1];
  const total = machine === undefined ? Infinity : 1024 * Number(machine);
  const container = Math.min(
    ...(await Promise.all(limits.map(read))).map((text) => Number(text || Infinity) || Infinity),
  );
  const limit = container < total ? container : shareOfMachine * total;
  return Number.isFinite(limit) ? limit : undefined;
}

async function read(path: string): Promise<string | undefined> {
  const { state } = await Deno.permissions.query({ name: "read", path });
  if (state !== "granted") return undefined;
  return await Deno.readTextFile(path).then((text) => text.trim(), () => undefined);
}
