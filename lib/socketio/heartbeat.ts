import { afterSilence, type Clock, type Timer } from "../protocol/clock.ts";

/** What a {@link Heartbeat} needs. Durations are in milliseconds. */
interface HeartbeatOptions {
  readonly clock: Clock;
  readonly interval: number;
  readonly timeout: number;
  /** Asks the client whether it is there. */
  ping(): void;
  /** It did not answer in time. */
  expired(): void;
}

/** Pings from the server and the time their answers may take: one timer, whatever is waited for. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timer: Timer | undefined;
  #state: "resting" | "waiting" | "extended" | "stopped" = "resting";

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#rest();
  }

  /** The client answered. */
  pong(): void {
    if (this.#state !== "stopped") this.#rest();
  }

  /** Something else came in. Once for each ping, that is as good as half an answer: a large message may be in the way. */
  heard(): void {
    if (this.#state !== "waiting") return;
    this.#state = "extended";
    this.#await();
  }

  stop(): void {
    this.#state = "stopped";
    this.#timer?.cancel();
  }

  #rest(): void {
    this.#state = "resting";
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(this.#options.interval, () => this.#beat());
  }

  #beat(): void {
    this.#state = "waiting";
    this.#await();
    this.#options.ping();
  }

  #await(): void {
    const { clock, timeout, expired } = this.#options;
    this.#timer?.cancel();
    this.#timer = afterSilence(clock, timeout, expired);
  }
}
