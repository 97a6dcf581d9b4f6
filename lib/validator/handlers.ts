import type { Clock, ExactObject } from "../protocol/mod.ts";
import { logger, Throttle } from "../telemetry/mod.ts";

const log = logger("handlers");

/** A message of a custom type, from a miner that has proved who it is. */
export interface CustomMessage {
  /** What it is called. */
  readonly type: string;
  /** The miner's SS58 address. */
  readonly hotkey: string;
  /** The miner's number in the subnet. */
  readonly uid: number;
  /** As ordinary values. */
  readonly data: Record<string, unknown>;
  /** With numbers as they were written. */
  readonly exactData: ExactObject;
  /** What no other message of the miner has. */
  readonly nonce: string;
}

/** What a handler can do beside answering. */
export interface HandlerContext {
  /** Sends the miner a signed message. */
  reply(type: string, data: ExactObject): Promise<void>;
  /** Aborts when the handler has taken too long: nobody waits for it any more. */
  readonly signal: AbortSignal;
}

/** Serves messages of a custom type. What it throws is logged and answered with `internal_error`. */
export type Handler = (message: CustomMessage, context: HandlerContext) => void | Promise<void>;

/** Where handlers are added. */
export interface HandlerHost {
  /**
   * Serves messages of a type that the protocol does not name.
   *
   * @throws {TypeError} when there is a handler for this type already
   */
  registerHandler(type: string, handler: Handler): void;
}

/** How a handler's run ended. */
type HandlerOutcome = "done" | "failed" | "busy" | "unknown";

/** Milliseconds that a handler may take. */
const handlerTimeout = 10_000;
/** Runs of handlers that may be under way for one miner. */
const maxRunsPerMiner = 8;

/** The handlers of custom message types, run such that none can harm a connection or another handler. */
export class Handlers {
  readonly #clock: Clock;
  readonly #faults: Throttle;
  readonly #handlers = new Map<string, Handler>();
  readonly #runs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#faults = new Throttle({ clock });
  }

  /** Adds a handler. Throws a {@link TypeError} when there is one for this type already. */
  register(type: string, handler: Handler): void {
    if (this.#handlers.has(type)) {
      throw new TypeError(`Cannot register handler: type "${type}" has one already`);
    }
    this.#handlers.set(type, handler);
  }

  /** Runs the handler of a message. Never throws, and never takes longer than {@link handlerTimeout}. */
  async run(message: CustomMessage, reply: HandlerContext["reply"]): Promise<HandlerOutcome> {
    const handler = this.#handlers.get(message.type);
    if (handler === undefined) return "unknown";
    const runs = this.#runs.get(message.hotkey) ?? 0;
    if (runs >= maxRunsPerMiner) return "busy";
    this.#runs.set(message.hotkey, runs + 1);
    const controller = new AbortController();
    const running = (async () => await handler(message, { reply, signal: controller.signal }))();
    // A run that hangs keeps its place, so that hanging ones cannot pile up.
    running.then(() => {}, () => {}).finally(() => this.#finish(message.hotkey));
    return await this.#settle(message, running, controller);
  }

  #settle(
    message: CustomMessage,
    running: Promise<void>,
    controller: AbortController,
  ): Promise<HandlerOutcome> {
    return new Promise((resolve) => {
      const fail = (error: unknown) => {
        timer.cancel();
        const facts = { type: message.type, error: describeError(error) };
        this.#faults.error(log, message.type, "Handler of {type} failed: {error}", facts);
        resolve("failed");
      };
      const timer = this.#clock.after(handlerTimeout, () => {
        controller.abort();
        fail(new Error(`took longer than ${handlerTimeout / 1000} s`));
      });
      running.then(() => {
        timer.cancel();
        resolve("done");
      }, fail);
    });
  }

  #finish(hotkey: string): void {
    const runs = (this.#runs.get(hotkey) ?? 1) - 1;
    if (runs === 0) this.#runs.delete(hotkey);
    else this.#runs.set(hotkey, runs);
  }
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : Deno.inspect(error);
}
