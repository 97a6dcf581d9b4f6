import { afterAbout, type Clock, type Timer } from "../../protocol/mod.ts";
import { type MetricReadings, samplesOf } from "../../telemetry/mod.ts";
import { AlertBook, type AlertNews } from "./alert_book.ts";
import type { AlertRule } from "./rules.ts";
import { alertRules } from "./rules.ts";

/** Milliseconds from one judgement to the next, as Prometheus would scrape. */
export const judgeEvery = 15_000;

/** What an {@link AlertWatch} works with. */
interface AlertWatchOptions {
  readonly clock: Clock;
  /** What all metrics stand at now. */
  readonly readings: () => MetricReadings;
  readonly rules?: readonly AlertRule[];
}

/** Judges the rules of alerts again and again, as a Prometheus would that looks at this server alone. */
export class AlertWatch {
  readonly book: AlertBook;
  readonly #options: AlertWatchOptions;
  readonly #listeners = new Set<(news: AlertNews) => void>();
  #timer: Timer | undefined;
  #judgedAt: number | null = null;

  constructor(options: AlertWatchOptions) {
    this.#options = options;
    this.book = new AlertBook(options.rules ?? alertRules);
  }

  /** When the rules were last judged, in milliseconds since the Unix epoch; null before the first time. */
  get judgedAt(): number | null {
    return this.#judgedAt;
  }

  /** How many alerts fire. */
  get firing(): number {
    return this.book.alerts.filter(({ state }) => state === "firing").length;
  }

  /** Calls `run` with what has changed, whenever something has. */
  onNews(run: (news: AlertNews) => void): void {
    this.#listeners.add(run);
  }

  /** Begins to judge. `starts` are those before this one that are known, in milliseconds since the Unix epoch, oldest first. */
  start(starts: readonly number[]): void {
    const { clock } = this.#options;
    const ahead = clock.now() - clock.elapsed();
    for (const start of starts) {
      const sample = { name: "heliograph_start_time_seconds", labels: {}, value: start / 1000 };
      this.book.recall(start - ahead, [sample]);
    }
    this.judge();
    this.#schedule();
  }

  close(): void {
    this.#timer?.cancel();
  }

  /** Judges all rules by what metrics stand at now. */
  judge(): void {
    const { clock, readings } = this.#options;
    const read = readings();
    const samples = [...this.book.reads].flatMap((name) => samplesOf(name, read));
    const now = this.#judgedAt = clock.now();
    const news = this.book.take({ elapsed: clock.elapsed(), now }, samples);
    if (news.fired.length + news.ended.length === 0) return;
    for (const listener of this.#listeners) listener(news);
  }

  #schedule(): void {
    this.#timer = afterAbout(this.#options.clock, judgeEvery, () => {
      this.judge();
      this.#schedule();
    });
  }
}
