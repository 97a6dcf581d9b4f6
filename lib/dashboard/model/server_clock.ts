import type { Clock } from "../../protocol/clock.ts";

/** Reads the server's clock off what it sends, so that an age is right whatever the clock of this machine says. */
export class ServerClock {
  readonly #clock: Clock;
  #server: number;
  #elapsed: number;
  #wall: number;

  /** Until the server is heard, this machine's clock stands for it. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#server = this.#wall = clock.now();
    this.#elapsed = clock.elapsed();
  }

  /** Unix milliseconds. */
  now(): number {
    // A machine that slept knows it by its wall clock alone, one whose wall clock was set back by the other.
    const passed = Math.max(this.#clock.elapsed() - this.#elapsed, this.#clock.now() - this.#wall);
    return this.#server + passed;
  }

  /** The server said so just now, in Unix milliseconds. */
  set(time: number): void {
    this.#server = time;
    this.#elapsed = this.#clock.elapsed();
    this.#wall = this.#clock.now();
  }

  /** The server has said so at some time. */
  atLeast(time: number): void {
    if (time > this.now()) this.set(time);
  }
}
