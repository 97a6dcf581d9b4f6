import { configureLogging, flushLogs } from "../../lib/telemetry/mod.ts";
import { resetLogging } from "../../lib/telemetry/logging.ts";

/** Collects the log lines of this process, as JSON objects, until disposed of. */
export class LogLines implements Disposable {
  #text = "";

  constructor(level: "TRACE" | "INFO" | "ERROR" = "INFO") {
    const write = (text: string) => void (this.#text += text);
    configureLogging({ level, websocketLevel: level, format: "json", write });
  }

  get text(): string {
    flushLogs();
    return this.#text;
  }

  [Symbol.dispose](): void {
    resetLogging();
  }
}
