import {
  configureSync,
  getConsoleSink,
  getLogger,
  type Logger,
  type LogRecord,
  resetSync,
} from "@logtape/logtape";
import type { Config, LogLevel } from "../config/mod.ts";
import { type Clock, systemClock, type Timer } from "../protocol/mod.ts";
import { type Format, jsonLine, prettyLine } from "./format.ts";

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

const product = "heliograph";
type Lowest = "trace" | "debug" | "info" | "warning" | "error";
const lowest = (level: LogLevel) => level.toLowerCase() as Lowest;

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
  /** Whether lines go to the console too, which somebody else reads; off where not given. */
  readonly toConsole?: boolean;
  readonly clock?: Clock;
}

// LogTape is configured once per process, and so is this: what flushLogs() writes out.
let current: LineBuffer | undefined;

function sinkTo(buffer: LineBuffer, format: Format) {
  const sink = (record: LogRecord) => {
    const urgent = record.level === "warning" || record.level === "error" || record.level === "fatal";
    buffer.add(format(record), urgent);
  };
  return Object.assign(sink, { [Symbol.dispose]: () => buffer.flush() });
}

/**
 * Sets where log lines go, for the whole process; what was set before is flushed and replaced.
 * Lines are written together, at most 100 ms late; those of level WARNING and above at once.
 */
export function configureLogging(options: LoggingOptions): void {
  const { level, websocketLevel, format, write, colors = false, toConsole = false, clock = systemClock } =
    options;
  const recovered = (lost: number) => logger("telemetry").warning("Log lines could not be written", { lost });
  const buffer = new LineBuffer(write, clock, recovered);
  const sinks = {
    lines: sinkTo(buffer, format === "json" ? jsonLine : prettyLine(colors)),
    console: getConsoleSink({ formatter: (record) => jsonLine(record).trimEnd() }),
  };
  const used: (keyof typeof sinks)[] = toConsole ? ["lines", "console"] : ["lines"];
  const websocket = {
    category: [product, "websocket"],
    lowestLevel: lowest(websocketLevel),
    sinks: used,
    parentSinks: "override" as const,
  };
  const loggers = [
    { category: [product], lowestLevel: lowest(level), sinks: used },
    websocket,
    { category: ["logtape", "meta"], lowestLevel: "error" as const, sinks: used },
  ];
  configureSync({ reset: true, sinks, loggers });
  current = buffer;
}

/** Writes out at once what waits to be written. */
export function flushLogs(): void {
  current?.flush();
}

/** Flushes, then logs nothing more until {@link configureLogging} is called again. */
export function resetLogging(): void {
  resetSync();
  current = undefined;
}

/**
 * The logger of one part of the product, such as `websocket`. Messages are constant text with `{name}` for
 * properties: `log.info("Stored {count} games", { count })`; what varies belongs into the properties, where it is
 * masked and escaped.
 */
export function logger(category: string): Logger {
  return getLogger([product, category]);
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
    toConsole: consoleIsExported(),
    write: writerTo(stream),
  };
}
