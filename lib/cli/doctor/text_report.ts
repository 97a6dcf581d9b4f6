import { escapeControls } from "../../telemetry/mod.ts";
import type { Clock, Timer } from "../../protocol/mod.ts";
import type { Stdio } from "../stdio.ts";
import {
  allFindings,
  type Check,
  type Done,
  duration,
  exitCodeOf,
  type Finding,
  kindOf,
  type Reporter,
  type Severity,
  type Status,
  statusOf,
} from "../../doctor/mod.ts";
import { counted, wrap } from "../text.ts";
import { type Palette, palette } from "../palette.ts";

const marks: Record<Status, string> = { ok: "✓", note: "i", warning: "!", error: "✗", skipped: "·" };
const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const frameMs = 100;
const widest = 100;

/** How the report is shown. */
interface Screen {
  readonly stdio: Stdio;
  readonly clock: Clock;
  readonly stopwatch: () => number;
  /** How wide the terminal is; undefined: there is none. */
  readonly columns: (() => number) | undefined;
  readonly colours: boolean;
}

/** Lines for people: each check as it is done, each finding with its cause and fix below it. */
export class TextReport implements Reporter {
  readonly #screen: Screen;
  readonly #paint: Palette;
  #nameWidth = 0;
  #started = 0;
  #running = "";
  #progress = "";
  #frame = 0;
  #timer: Timer | undefined;
  #last: Promise<void> = Promise.resolve();
  readonly #explained = new Set<string>();

  constructor(screen: Screen) {
    this.#screen = screen;
    this.#paint = palette(screen.colours);
  }

  begins(subject: string, checks: readonly Check[]): void {
    this.#started = this.#screen.stopwatch();
    this.#nameWidth = Math.max(...checks.map(({ id }) => id.length));
    this.#print(`\n  ${this.#paint.bold("heliograph doctor")}  ${subject}\n\n`);
  }

  starts({ id }: Check): void {
    this.#running = id;
    this.#progress = "";
    if (this.#screen.columns !== undefined) this.#draw();
  }

  tells(progress: string): void {
    this.#progress = escapeControls(progress);
  }

  async ends({ id, outcome }: Done): Promise<void> {
    this.#clear();
    const status = statusOf(outcome);
    this.#print(this.#line(this.#paint.status[status](marks[status]), id, outcome.summary, status));
    if (outcome.findings.length > 0) this.#print("\n");
    for (const finding of outcome.findings) this.#explain(finding, outcome.summary);
    await this.#last;
  }

  async finishes(all: readonly Done[]): Promise<void> {
    this.#clear();
    this.#print(`\n${this.#summary(all)}\n\n`);
    await this.#last;
  }

  stops(): void {
    this.#clear();
  }

  #line(mark: string, id: string, summary: string, status: Status): string {
    const indent = 4 + this.#nameWidth + 2;
    const lines = wrap(escapeControls(summary), this.#width() - indent);
    const text = lines.map((line) => status === "skipped" ? this.#paint.dim(line) : line)
      .join(`\n${" ".repeat(indent)}`);
    const name = id.padEnd(this.#nameWidth);
    return `  ${mark} ${status === "skipped" ? this.#paint.dim(name) : name}  ${text}\n`;
  }

  /** A kind of finding is explained once. */
  #explain({ id, detail }: Finding, summary: string): void {
    const { severity, title, cause, fix, example } = kindOf(id);
    const { bold, dim, status } = this.#paint;
    const bar = `    ${status[severity]("│")} `;
    const head = `${bar}${bold(title)}  ${dim(id)}\n`;
    const seen = summary.includes(detail) ? "" : this.#field(bar, "seen", detail);
    if (this.#explained.has(id)) return this.#print(`${head}${seen}\n`);
    this.#explained.add(id);
    const body = seen + this.#field(bar, "cause", cause) + this.#field(bar, "fix", fix);
    const code = example === undefined
      ? ""
      : example.split("\n").map((line) => `${bar}         ${this.#paint.code(line)}\n`).join("");
    this.#print(`${head}${body}${code}\n`);
  }

  #field(bar: string, label: string, text: string): string {
    const lines = wrap(escapeControls(text), this.#width() - 15);
    return lines.map((line, index) =>
      `${bar}${this.#paint.dim((index === 0 ? label : "").padEnd(7))}${line}\n`
    ).join("");
  }

  #summary(all: readonly Done[]): string {
    const { bold, status } = this.#paint;
    const time = duration(this.#screen.stopwatch() - this.#started);
    const skipped = all.filter(({ outcome }) => statusOf(outcome) === "skipped").length;
    const done = `${counted(all.length - skipped, "check")} in ${time}${
      skipped === 0 ? "" : `, ${skipped} skipped`
    }`;
    const code = exitCodeOf(all);
    if (code === 0) return `  ${bold(status.ok("Nothing wrong."))} ${done}.`;
    const head = code === 2 ? "Not reachable." : `${count(all)}.`;
    return `  ${bold(status[code === 2 ? "error" : this.#worst(all)](head))} ${done}.`;
  }

  #worst(all: readonly Done[]): Severity {
    const [first] = allFindings(all);
    return first === undefined ? "note" : kindOf(first.id).severity;
  }

  #draw(): void {
    const { columns, clock } = this.#screen;
    const mark = spinner[this.#frame++ % spinner.length] ?? "";
    const line = `  ${mark} ${this.#running.padEnd(this.#nameWidth)}  ${this.#progress}`;
    const width = Math.max(1, (columns?.() ?? widest) - 1);
    this.#print(`\r\x1b[K${this.#paint.dim(line.slice(0, width))}`);
    this.#timer = clock.after(frameMs, () => this.#draw());
  }

  #clear(): void {
    this.#timer?.cancel();
    if (this.#timer !== undefined) this.#print("\r\x1b[K");
    this.#timer = undefined;
  }

  #print(text: string): void {
    this.#last = this.#last.then(() => this.#screen.stdio.print(text));
  }

  #width(): number {
    return Math.max(40, Math.min(widest, this.#screen.columns?.() ?? widest));
  }
}

function count(all: readonly Done[]): string {
  const severities = allFindings(all).map(({ id }) => kindOf(id).severity);
  const parts = (["error", "warning", "note"] as const)
    .map((severity) => [severities.filter((one) => one === severity).length, severity] as const)
    .filter(([number]) => number > 0)
    .map(([number, severity]) => `${number} ${severity}${number === 1 ? "" : "s"}`);
  return parts.join(", ");
}
