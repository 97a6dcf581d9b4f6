import { type Config, takeOver } from "../config/mod.ts";
import { configureLogging, logger, loggingTo } from "../telemetry/mod.ts";

const log = logger("reload");

/** Whether a hangup asks for what can be read again. On a terminal it says that the terminal is gone, and Windows has none. */
export function rereadsAtHangup(): boolean {
  return Deno.build.os !== "windows" && !Deno.stderr.isTerminal();
}

/** Reads again at SIGHUP, which would end the process by itself, what can be read again while it serves. */
export class Hangups {
  #running: Config;
  readonly #load: () => Config;
  /** Has the files read again that the server keeps an eye on. */
  rereadFiles: () => void = () => {};

  /** `load` reads the configuration as the start did. */
  constructor(running: Config, load: () => Config) {
    this.#running = running;
    this.#load = load;
    if (rereadsAtHangup()) Deno.addSignalListener("SIGHUP", () => this.#reread());
  }

  #reread(): void {
    this.rereadFiles();
    try {
      const { config, taken, waiting } = takeOver(this.#running, this.#load());
      this.#running = config;
      if (taken.length > 0) configureLogging(loggingTo(Deno.stderr, config));
      log.info("Read the configuration again; taken over: {taken}; only a restart takes over: {waiting}", {
        taken: listed(taken),
        waiting: listed(waiting),
      });
    } catch (error) {
      log.error("The configuration stays as it was: {message}", { message: (error as Error).message });
    }
  }
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : names.join(", ");
}
