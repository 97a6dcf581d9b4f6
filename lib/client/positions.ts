import type { ExactObject, Position } from "../protocol/mod.ts";

/** Channels that a miner follows. */
type Channel = "games" | "confirmations";

/** How a publication relates to the one before: the next, one seen before, or beyond one that is missing. */
type Step = "next" | "seen" | "gap";

/** Where a miner is in each channel. */
export class Positions {
  readonly #known = new Map<Channel, Position>();

  get(channel: Channel): Position | undefined {
    return this.#known.get(channel);
  }

  set(channel: Channel, position: Position): void {
    this.#known.set(channel, position);
  }

  /** The channel starts anew: whatever comes next in it is next. */
  forget(channel: Channel): void {
    this.#known.delete(channel);
  }

  /** What a publication at `position` is; moves nothing. With no position known, anything is next. */
  step(channel: Channel, { epoch, offset }: Position): Step {
    const known = this.#known.get(channel);
    if (known === undefined) return "next";
    if (epoch !== known.epoch) return "gap";
    if (offset <= known.offset) return "seen";
    return offset === known.offset + 1 ? "next" : "gap";
  }

  /** Moves forward, or into another epoch; never back. */
  advance(channel: Channel, position: Position): void {
    const known = this.#known.get(channel);
    if (known?.epoch === position.epoch && known.offset >= position.offset) return;
    this.#known.set(channel, position);
  }

  /** What the first frame asks for. A miner that knows no games asks from nowhere and so gets all current ones. */
  recover(): ExactObject {
    const confirmations = this.#known.get("confirmations");
    return {
      games: { ...this.#known.get("games") ?? { epoch: "", offset: 0 } },
      confirmations: confirmations && { ...confirmations },
    };
  }
}

/** The `epoch` and `offset` of a message's data, where it has both. */
export function positionOf(data: Readonly<Record<string, unknown>>): Position | undefined {
  const { epoch, offset } = data;
  return typeof epoch === "string" && typeof offset === "number" ? { epoch, offset } : undefined;
}
