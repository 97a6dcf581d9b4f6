const golden = 0x9e3779b9;
const unsigned = 2 ** 32;

/** Chance that always falls out the same: every draw depends on the seed, a channel's name and a number alone. */
export class Noise {
  readonly #seed: number;

  constructor(seed: string) {
    this.#seed = mix(hash(seed));
  }

  /** 32 bits. Within a channel no two numbers below 2^32 give the same. */
  bits(channel: string, index: number): number {
    const start = mix(this.#seed ^ hash(channel));
    return mix(start + Math.imul(index, golden));
  }

  /** From 0 up to 1. */
  unit(channel: string, index: number): number {
    return this.bits(channel, index) / unsigned;
  }

  /** A whole number from `least` to `most`. */
  between(channel: string, index: number, least: number, most: number): number {
    return least + Math.floor(this.unit(channel, index) * (most - least + 1));
  }

  /** From 0 to 1, wandering without jumps to somewhere else every `period` milliseconds. */
  wander(channel: string, time: number, period: number): number {
    const step = Math.floor(time / period);
    const way = time / period - step;
    const from = this.unit(channel, step);
    const to = this.unit(channel, step + 1);
    return from + (to - from) * way * way * (3 - 2 * way);
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193);
  }
  return bits;
}

/** Every bit of the input moves every bit of the output, one to one. */
function mix(input: number): number {
  let bits = input;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
