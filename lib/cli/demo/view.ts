import { bold, cyan, dim, green, red, yellow } from "@std/fmt/colors";
import type { DemoMiner } from "./demo_miner.ts";
import type { DemoValidator } from "./demo_validator.ts";

const newsShown = 6;

/** What the demo shows while it runs. */
export interface View {
  /** Something happened. */
  news(text: string): void;
  /** Time has passed. */
  refresh(remaining: number): void;
  end(): void;
}

interface Shown {
  readonly miners: readonly DemoMiner[];
  readonly validator: DemoValidator | undefined;
  readonly url: string;
  readonly write: (text: string) => void;
}

/** Rewrites one screenful on a terminal. */
export class LiveView implements View {
  readonly #shown: Shown;
  readonly #news: string[] = [];
  #lines = 0;

  constructor(shown: Shown) {
    this.#shown = shown;
    shown.write("\x1b[?25l");
  }

  news(text: string): void {
    this.#news.push(text);
    if (this.#news.length > newsShown) this.#news.shift();
  }

  refresh(remaining: number): void {
    const lines = this.#render(remaining);
    const up = this.#lines === 0 ? "" : `\x1b[${this.#lines}A`;
    this.#shown.write(up + lines.map((line) => `\x1b[2K${line}\n`).join("") + "\x1b[J");
    this.#lines = lines.length;
  }

  end(): void {
    this.refresh(0);
    this.#shown.write("\x1b[?25h");
  }

  #render(remaining: number): string[] {
    const { miners, validator, url } = this.#shown;
    return [
      `${bold("Heliograph demo")}  ${cyan(url)}  ${dim(`${Math.ceil(remaining)} s to go`)}`,
      "",
      dim("miner  connection       wished  confirmed  waiting  updates"),
      ...miners.map(minerLine),
      "",
      ...validator === undefined ? [] : [...gameLines(validator), ""],
      ...Array.from({ length: newsShown }, (_, index) => dim(this.#news[index] ?? "")),
    ];
  }
}

/** Writes a line for each thing that happens, and one a second in between. */
export class PlainView implements View {
  readonly #shown: Shown;
  #second = -1;

  constructor(shown: Shown) {
    this.#shown = shown;
    shown.write(`Heliograph demo on ${shown.url}\n`);
  }

  news(text: string): void {
    this.#shown.write(`${text}\n`);
  }

  refresh(remaining: number): void {
    const second = Math.ceil(remaining);
    if (second === this.#second) return;
    this.#second = second;
    const { miners } = this.#shown;
    const wishes = miners.reduce((sum, { tally }) => sum + tally.wishes, 0);
    const confirmed = miners.reduce((sum, { tally }) => sum + tally.confirmed.size, 0);
    this.#shown.write(`${second} s to go: ${confirmed} of ${wishes} predictions confirmed\n`);
  }

  end(): void {}
}

function minerLine({ number, client, cable, tally, open }: DemoMiner): string {
  const standing = cable.state === "cut" ? "cut off" : client.state;
  const paint = client.state === "authenticated" ? green : client.state === "http" ? yellow : red;
  const columns = [tally.wishes, tally.confirmed.size, open, tally.updates];
  const widths = [6, 9, 7, 7];
  const numbers = columns.map((value, index) => String(value).padStart(widths[index] ?? 0)).join("  ");
  return `${String(number).padStart(5)}  ${paint(standing.padEnd(15).slice(0, 15))}  ${numbers}`;
}

function gameLines({ games }: DemoValidator): string[] {
  const cells = games.map(({ team_a, team_b, team_a_odds, team_b_odds, tie_odds }) => {
    const odds = [team_a_odds, tie_odds, team_b_odds].map((value) =>
      value === null ? "   -" : value.toFixed(2)
    );
    return `${`${team_a} – ${team_b}`.padEnd(28)} ${odds.join("  ")}`;
  });
  return Array.from(
    { length: Math.ceil(cells.length / 2) },
    (_, row) => [cells[2 * row], cells[2 * row + 1]].filter((cell) => cell !== undefined).join("    "),
  );
}
