import { cyan, dim } from "@std/fmt/colors";
import type { JobProgress, JobTransportName, StartedJob } from "../../client/mod.ts";
import type { Clock, Timer } from "../../protocol/mod.ts";
import { escapeControls } from "../../telemetry/mod.ts";

/** What is shown while a job is waited for. */
export interface View {
  started(job: StartedJob): void;
  progress(progress: JobProgress): void;
  /** The waiting is over, however it ended. */
  end(): void;
}

/** What a view shows besides the job itself. */
export interface Shown {
  /** What is inscribed, for people. */
  readonly name: string;
  /** What is done before the server has taken the job. */
  readonly preparation: string;
  /** Undefined: there is no connection just now. */
  readonly transport: () => JobTransportName | undefined;
  readonly write: (text: string) => void;
  /** What is to be typed to wait for a job again, and to end it. */
  readonly hints: (jobId: string) => string;
}

const phases: Readonly<Record<JobProgress["status"], string>> = {
  awaiting_payment: "waiting for the payment",
  queued: "waiting for its turn",
  processing: "inscribing",
  completed: "done",
  failed: "failed",
};

/** What a job in this state does, in words. */
function phaseOf({ status }: Pick<JobProgress, "status">): string {
  return phases[status];
}

/** Milliseconds that the pace is taken over. */
const windowMs = 10_000;

interface Sample {
  readonly at: number;
  readonly count: number;
}

/** How fast something is counted lately. */
class Pace {
  #samples: Sample[] = [];

  /** Takes note of a count at a time in milliseconds. */
  add(at: number, count: number): void {
    this.#samples.push({ at, count });
    // One that is older stays, so that there is something to measure from.
    while ((this.#samples[1]?.at ?? at) < at - windowMs) this.#samples.shift();
  }

  /** Per second; undefined while nothing can be said. */
  perSecond(now: number): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.count === first.count) return undefined;
    return 1000 * (last.count - first.count) / Math.max(1, now - first.at);
  }
}

/** Milliseconds between two pictures. */
const frameMs = 100;
const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const longestBar = 40;
const shortestBar = 12;
const longestName = 30;

/** Rewrites one line of a terminal. */
export class LiveView implements View {
  readonly #shown: Shown;
  readonly #clock: Clock;
  readonly #columns: () => number;
  readonly #startedAt: number;
  readonly #pace = new Pace();
  #progress: JobProgress | undefined;
  #frame = 0;
  #timer: Timer | undefined;

  /** `columns` tells how wide the terminal is, which may change. */
  constructor(shown: Shown, clock: Clock, columns: () => number) {
    this.#shown = shown;
    this.#clock = clock;
    this.#columns = columns;
    this.#startedAt = clock.elapsed();
    shown.write("\x1b[?25l");
    this.#draw();
  }

  /** The job's id stays to be read, however this call ends. */
  started({ jobId }: StartedJob): void {
    this.#shown.write(`\r\x1b[KThe gateway has taken the job; to wait for it again, or to end it:\n`);
    this.#shown.write(this.#shown.hints(jobId));
  }

  progress(progress: JobProgress): void {
    this.#progress = progress;
    if (progress.status === "processing") this.#pace.add(this.#clock.elapsed(), progress.messages);
  }

  end(): void {
    this.#timer?.cancel();
    this.#shown.write("\r\x1b[K\x1b[?25h");
  }

  #draw(): void {
    this.#frame += 1;
    // A terminal that is exactly full would begin a new line.
    this.#shown.write(`\r\x1b[K${this.#line(this.#columns() - 1)}`);
    this.#timer = this.#clock.after(frameMs, () => this.#draw());
  }

  #line(columns: number): string {
    const mark = spinner[this.#frame % spinner.length] ?? "";
    const name = shorten(this.#shown.name, Math.min(longestName, Math.floor(columns / 3)));
    const moving = this.#progress?.status === "processing" || this.#progress?.status === "completed";
    if (this.#progress === undefined || !moving) {
      return fit(
        [`${mark} ${name}`, this.#waiting(), seconds(this.#clock.elapsed() - this.#startedAt)],
        columns,
      );
    }
    return this.#bar(`${mark} ${name}`, this.#progress, columns);
  }

  #waiting(): string {
    if (this.#shown.transport() === undefined) return "connecting";
    return this.#progress === undefined ? this.#shown.preparation : phaseOf(this.#progress);
  }

  #bar(head: string, { progress, messages, maxMessages }: JobProgress, columns: number): string {
    const percentage = `${String(Math.floor(progress)).padStart(3)} %`;
    const parts = [`${messages}/${maxMessages} messages`, ...this.#tempo(maxMessages - messages)];
    const fixed = head.length + percentage.length + 4;
    // What matters least is left out first, and the bar takes what remains.
    while (parts.length > 0 && fixed + shortestBar + width(parts) > columns) parts.pop();
    const size = Math.min(longestBar, columns - fixed - width(parts));
    if (size < shortestBar) return fit([head, percentage], columns);
    return [head, paintBar(progress, size), percentage, ...parts.map(dim)].join("  ");
  }

  #tempo(left: number): string[] {
    const transport = this.#shown.transport();
    const way = transport === "websocket" ? [] : [transport === "http" ? "over HTTP" : "reconnecting"];
    const rate = this.#pace.perSecond(this.#clock.elapsed());
    if (rate === undefined) return way;
    const shownRate = rate < 10 ? rate.toFixed(1) : String(Math.round(rate));
    return [`${seconds(1000 * left / rate)} left`, `${shownRate}/s`, ...way];
  }
}

function width(parts: readonly string[]): number {
  return parts.reduce((sum, part) => sum + part.length + 2, 0);
}

function paintBar(progress: number, size: number): string {
  const full = Math.min(size, Math.floor(size * progress / 100));
  return cyan("█".repeat(full)) + dim("░".repeat(size - full));
}

/** The first two, of which the end may be cut off, and as many more as there is room for. */
function fit(parts: readonly string[], columns: number): string {
  const shown = [...parts];
  while (shown.length > 2 && shown.join("  ").length > columns) shown.pop();
  return shown.join("  ").slice(0, Math.max(0, columns));
}

/** Keeps the end, which tells more of a file than the beginning. */
function shorten(name: string, most: number): string {
  return name.length <= most ? name : `…${name.slice(name.length - most + 1)}`;
}

function seconds(milliseconds: number): string {
  const whole = Math.ceil(milliseconds / 1000);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Percents between two lines. */
const stride = 10;

/** Writes a line when a job begins, changes its state, or has moved on by a tenth. */
export class PlainView implements View {
  readonly #shown: Shown;
  #status: JobProgress["status"] | undefined;
  #next = stride;

  constructor(shown: Shown) {
    this.#shown = shown;
    shown.write(`${shown.name}: ${shown.preparation}\n`);
  }

  started({ jobId, transactionId }: StartedJob): void {
    this.#shown.write(`${escapeControls(`job ${jobId}, transaction ${transactionId}`)}\n`);
  }

  progress(progress: JobProgress): void {
    const { status, progress: percentage, messages, maxMessages } = progress;
    if (status === this.#status && percentage < this.#next) return;
    this.#status = status;
    this.#next = stride * (Math.floor(percentage / stride) + 1);
    const count = status === "processing" ? `  ${messages} of ${maxMessages} messages` : "";
    this.#shown.write(`${String(percentage).padStart(3)} %  ${phaseOf(progress)}${count}\n`);
  }

  end(): void {}
}
