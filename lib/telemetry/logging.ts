import type { Config, LogLevel } from "../config/mod.ts";
import { type Clock, systemClock, type Timer } from "../protocol/mod.ts";
import { type Format, jsonLine, type LogRecord, prettyLine, type Properties } from "./format.ts";

/** Milliseconds that a line waits for company. */
const longestWait = 100;
/** Characters from which on nothing waits. */
const largestBuffer = 16 * 1024;

/** Gathers lines, since one write per line would cost more than making it. A failing `write` never reaches the caller. */
class LineBuffer {
  readonly #write: (text: string) => void;
  readonly #clock: Clock;
  readonly #recovered: (lost: number) => void;
  #lines: string[] = [];
  #length = 0;
  #lost = 0;
  #timer: Timer | undefined;

  /** `recovered` is told how many lines were lost once a write succeeds again. */
  constructor(write: (text: string) => void, clock: Clock, recovered: (lost: number) => void) {
    this.#write = write;
    this.#clock = clock;
    this.#recovered = recovered;
  }

  /** Takes a line; an urgent one is written at once, with all before it. */
  add(line: string, urgent: boolean): void {
    this.#lines.push(line);
    this.#length += line.length;
    if (urgent || this.#length >= largestBuffer) this.flush();
    else this.#timer ??= this.#clock.after(longestWait, () => this.flush());
  }

  /** Writes what waits. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const lines = this.#lines;
    if (lines.length === 0) return;
    this.#lines = [];
    this.#length = 0;
    if (this.#attempt(lines.join(""))) this.#tellLost();
    else this.#lost += lines.length;
  }

  #attempt(text: string): boolean {
    try {
      this.#write(text);
      return true;
    } catch {
      // There is nowhere left to report it to; #tellLost does once writing works again.
      return false;
    }
  }

  #tellLost(): void {
    const lost = this.#lost;
    this.#lost = 0;
    if (lost > 0) this.#recovered(lost);
  }
}

const switchedOn = ["1", "true"];

/**
 * Whether Deno hands what is written to the console on to OpenTelemetry, and prints none of it: then the console is how log
 * lines get there. Where it would print them as well, they stay away from it.
 */
export function consoleIsExported(variable: (name: string) => string | undefined = readVariable): boolean {
  return switchedOn.includes(variable("OTEL_DENO") ?? "") && variable("OTEL_DENO_CONSOLE") === "replace";
}

function readVariable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

/** How and where log lines are written. */
export interface LoggingOptions {
  readonly level: LogLevel;
  /** The level of category `websocket`; TRACE shows every frame. */
  readonly websocketLevel: LogLevel;
  readonly format: "pretty" | "json";
  /** Gets whole lines, several at a time. */
  readonly write: (text: string) => void;
  /** For the pretty format; off where not given. */
  readonly colors?: boolean;
  /** Gets lines too, as JSON, where somebody else reads what goes there. */
  readonly console?: Pick<Console, "debug" | "info" | "warn" | "error">;
  readonly clock?: Clock;
}

/** What a level counts, and where its lines go in a console. */
const levels = {
  TRACE: { rank: 0, method: "debug" },
  DEBUG: { rank: 1, method: "debug" },
  INFO: { rank: 2, method: "info" },
  WARNING: { rank: 3, method: "warn" },
  ERROR: { rank: 4, method: "error" },
} as const satisfies Record<LogLevel, { rank: number; method: keyof Console }>;

/** Where the lines of this process go. */
class Output {
  readonly buffer: LineBuffer;
  readonly #options: LoggingOptions;
  readonly #format: Format;

  constructor(options: LoggingOptions) {
    const { format, colors = false, write, clock = systemClock } = options;
    this.#options = options;
    this.#format = format === "json" ? jsonLine : prettyLine(colors);
    const recovered = (lost: number) =>
      logger("telemetry").warning("Log lines could not be written", { lost });
    this.buffer = new LineBuffer(write, clock, recovered);
  }

  takes(level: LogLevel, category: string): boolean {
    const { level: lowest, websocketLevel } = this.#options;
    return levels[level].rank >= levels[category === "websocket" ? websocketLevel : lowest].rank;
  }

  add(record: LogRecord): void {
    const { rank, method } = levels[record.level];
    this.buffer.add(lineOf(record, this.#format), rank >= levels.WARNING.rank);
    this.#options.console?.[method](lineOf(record, jsonLine).trimEnd());
  }
}

/** Whoever logs goes on, though what he gives cannot be shown. */
function lineOf(record: LogRecord, format: Format): string {
  try {
    return format(record);
  } catch (error) {
    return format({ ...record, properties: { unshown: String(error) } });
  }
}

// Once for the whole process.
let output: Output | undefined;

/**
 * Sets where log lines go, for the whole process; what was set before is flushed and replaced.
 * Lines are written together, at most 100 ms late; those of level WARNING and above at once.
 */
export function configureLogging(options: LoggingOptions): void {
  resetLogging();
  output = new Output(options);
}

/** Writes out at once what waits to be written. */
export function flushLogs(): void {
  output?.buffer.flush();
}

/** Flushes, then logs nothing more until {@link configureLogging} is called again. */
export function resetLogging(): void {
  flushLogs();
  output = undefined;
}

/**
 * The log of one part of the product. Messages are constant text with `{name}` for properties:
 * `log.info("Stored {count} games", { count })`; what varies belongs into the properties, where it is masked and escaped.
 */
export class Logger {
  readonly #category: string;

  /** @param category the part, such as `websocket` */
  constructor(category: string) {
    this.#category = category;
  }

  trace(template: string, properties?: Properties): void {
    this.#log("TRACE", template, properties);
  }

  debug(template: string, properties?: Properties): void {
    this.#log("DEBUG", template, properties);
  }

  info(template: string, properties?: Properties): void {
    this.#log("INFO", template, properties);
  }

  warning(template: string, properties?: Properties): void {
    this.#log("WARNING", template, properties);
  }

  error(template: string, properties?: Properties): void {
    this.#log("ERROR", template, properties);
  }

  #log(level: LogLevel, template: string, properties: Properties = {}): void {
    if (!output?.takes(level, this.#category)) return;
    output.add({ at: Date.now(), level, category: this.#category, template, properties });
  }
}

/** The {@link Logger} of one part of the product, such as `websocket`. */
export function logger(category: string): Logger {
  return new Logger(category);
}

/** An output of the process, such as `Deno.stderr`. */
interface OutputStream {
  writeSync(bytes: Uint8Array): number;
  isTerminal(): boolean;
}

function writerTo(stream: OutputStream): (text: string) => void {
  const encoder = new TextEncoder();
  return (text) => {
    const bytes = encoder.encode(text);
    for (let written = 0; written < bytes.length;) written += stream.writeSync(bytes.subarray(written));
  };
}

/** The logging that `config` asks for, to `stream`: for people on a terminal, else as JSON, unless it says which. */
export function loggingTo(stream: OutputStream, config: Config): LoggingOptions {
  const terminal = stream.isTerminal();
  return {
    level: config["log.level"],
    websocketLevel: config["websocket.log_level"],
    format: config["log.format"] ?? (terminal ? "pretty" : "json"),
    colors: terminal && !Deno.noColor,
    ...consoleIsExported() ? { console } : {},
    write: writerTo(stream),
  };
}
