import type { ClientEvent } from "../../client/mod.ts";
import { counted } from "../text.ts";

class Tally {
  submitted = 0;
  confirmed = 0;
  duplicates = 0;
  refused = 0;
  waiting = 0;
  readonly latencies: number[] = [];

  add(other: Tally): void {
    this.submitted += other.submitted;
    this.confirmed += other.confirmed;
    this.duplicates += other.duplicates;
    this.refused += other.refused;
    this.waiting += other.waiting;
    this.latencies.push(...other.latencies);
  }
}

/** Counts what became of predictions, for each validator. */
export class Summary {
  readonly #tallies: Map<string, Tally>;
  #invalid = 0;

  constructor(validators: readonly string[]) {
    this.#tallies = new Map(validators.map((validator) => [validator, new Tally()]));
  }

  /** A prediction was submitted to every validator. */
  submitted(): void {
    for (const tally of this.#tallies.values()) tally.submitted++;
  }

  /** A line of the input could not be submitted. */
  invalid(): void {
    this.#invalid++;
  }

  /** How many predictions a validator has not decided on in the end. */
  waiting(validator: string, count: number): void {
    this.#of(validator).waiting = count;
  }

  count(event: ClientEvent): void {
    const tally = this.#of(event.validator);
    if (event.type === "refused") tally.refused++;
    if (event.type !== "confirmation") return;
    tally.confirmed++;
    if (event.duplicate) tally.duplicates++;
    if (event.latencyMs !== undefined) tally.latencies.push(event.latencyMs);
  }

  /** Whether every line of the input was submitted and every validator has confirmed it. */
  get allConfirmed(): boolean {
    const { refused, waiting } = this.#total();
    return this.#invalid === 0 && refused === 0 && waiting === 0;
  }

  /** A table with one row for each validator, and one for all where there are several. */
  table(): string {
    const rows = [...this.#tallies].map(([validator, tally]) => rowOf(validator, tally));
    if (rows.length > 1) rows.push(rowOf("all", this.#total()));
    const note = this.#invalid === 0 ? "" : this.#notSubmitted();
    return aligned([header, ...rows]) + note;
  }

  /** A line for each validator, for people. */
  sentences(): string {
    const lines = [...this.#tallies].map(([validator, tally]) => `${validator}: ${sentenceOf(tally)}\n`);
    return lines.join("") + (this.#invalid === 0 ? "" : this.#notSubmitted());
  }

  #notSubmitted(): string {
    return `${counted(this.#invalid, "line")} of the input ${
      this.#invalid === 1 ? "was" : "were"
    } not submitted\n`;
  }

  #total(): Tally {
    const total = new Tally();
    for (const tally of this.#tallies.values()) total.add(tally);
    return total;
  }

  #of(validator: string): Tally {
    const tally = this.#tallies.get(validator) ?? new Tally();
    this.#tallies.set(validator, tally);
    return tally;
  }
}

const header = [
  "validator",
  "submitted",
  "confirmed",
  "duplicates",
  "refused",
  "waiting",
  "p50 ms",
  "p99 ms",
];

function rowOf(name: string, tally: Tally): string[] {
  const { submitted, confirmed, duplicates, refused, waiting, latencies } = tally;
  const sorted = latencies.toSorted((a, b) => a - b);
  const counts = [submitted, confirmed, duplicates, refused, waiting].map(String);
  return [name, ...counts, percentile(sorted, 0.5), percentile(sorted, 0.99)];
}

function sentenceOf({ submitted, confirmed, duplicates, refused, waiting, latencies }: Tally): string {
  const sorted = latencies.toSorted((a, b) => a - b);
  const parts = [
    `${submitted} submitted`,
    `${confirmed} confirmed`,
    duplicates === 0 ? "" : `${duplicates} of them before`,
    refused === 0 ? "" : `${refused} refused`,
    waiting === 0 ? "" : `${waiting} waiting`,
    sorted.length === 0 ? "" : `p50 ${percentile(sorted, 0.5)} ms, p99 ${percentile(sorted, 0.99)} ms`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function percentile(sorted: readonly number[], share: number): string {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  return value === undefined ? "-" : value.toFixed(0);
}

function aligned(rows: readonly string[][]): string {
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => `${row.map(pad).join("  ")}\n`).join("");
}
