import { bold, cyan, dim, green, red, yellow } from "@std/fmt/colors";
import type { DemoMiner } from "./demo_miner.ts";
import type { DemoValidator } from "./demo_validator.ts";

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

interface Screen extends Shown {
  /** How large the terminal is just now. */
  readonly size: () => { readonly columns: number; readonly rows: number };
}

const mostNews = 6;

/** Rewrites one screenful on a terminal, and leaves nothing of it behind. */
export class LiveView implements View {
  readonly #screen: Screen;
  readonly #news: string[] = [];
  #lines = 0;
  #isOver = false;

  constructor(screen: Screen) {
    this.#screen = screen;
    screen.write("\x1b[?25l");
  }

  news(text: string): void {
    this.#news.push(text);
    if (this.#news.length > mostNews) this.#news.shift();
  }

  refresh(remaining: number): void {
    if (this.#isOver) return;
    const { columns, rows } = this.#screen.size();
    // The cursor stands in the line below, which has to be on the screen too.
    const lines = this.#render(remaining, rows - 1).slice(0, rows - 1).map((line) => fit(line, columns));
    this.#screen.write(`${this.#back()}${lines.map((line) => `\x1b[2K${line}\n`).join("")}\x1b[J`);
    this.#lines = lines.length;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // Line by line: some terminals keep a screen that is cleared as a whole in what can be scrolled back to.
    this.#screen.write(`${this.#back()}${"\x1b[2K\n".repeat(this.#lines)}${this.#back()}\x1b[?25h`);
  }

  /** To the first line of the picture before. */
  #back(): string {
    return this.#lines === 0 ? "" : `\x1b[${this.#lines}A`;
  }

  #render(remaining: number, room: number): Line[] {
    const { miners, validator, url } = this.#screen;
    const head: Line = [
      ["Heliograph demo", bold],
      ["  ", plain],
      [url, cyan],
      [`  ${Math.ceil(remaining)} s to go`, dim],
    ];
    const all = [
      head,
      blank,
      ...miners.length === 0 ? [] : [[[heading, dim]] as const, ...miners.map(minerLine), blank],
      ...validator === undefined ? [] : [...gameLines(validator), blank],
    ];
    const news = this.#news.slice(-Math.max(1, Math.min(mostNews, room - all.length)));
    return [...all, ...news.map((text): Line => [[text, dim]])];
  }
}

/** A piece of a line, and what it is painted with. */
type Piece = readonly [text: string, paint: (text: string) => string];
type Line = readonly Piece[];

const plain = (text: string) => text;
const blank: Line = [];

/** As much of a line as fits. */
function fit(line: Line, columns: number): string {
  let room = columns;
  return line.map(([text, paint]) => {
    const shown = text.slice(0, room);
    room -= shown.length;
    return paint(shown);
  }).join("");
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

const heading = "miner  connection     wished  confirmed  waiting  updates  why it waits";

function minerLine({ number, client, cable, tally, open, reason }: DemoMiner): Line {
  const standing = cable.state === "cut" ? "cut off" : client.state === "http" ? "HTTP" : client.state;
  const paint = client.state === "authenticated" ? green : client.state === "http" ? yellow : red;
  const columns = [tally.wishes, tally.confirmed.size, open, tally.updates];
  const widths = [6, 9, 7, 7];
  const numbers = columns.map((value, index) => String(value).padStart(widths[index] ?? 0)).join("  ");
  return [
    [`${String(number).padStart(5)}  `, plain],
    [standing.padEnd(13), paint],
    [`  ${numbers}  `, plain],
    [reason, dim],
  ];
}

const longestTeams = 21;

function gameLines({ games }: DemoValidator): Line[] {
  const cells = games.map(({ team_a, team_b, team_a_odds, team_b_odds, tie_odds }) => {
    const odds = [team_a_odds, tie_odds, team_b_odds].map((value) =>
      value === null ? "   -" : value.toFixed(2)
    );
    const teams = `${team_a} – ${team_b}`;
    const shown = teams.length <= longestTeams ? teams : `${teams.slice(0, longestTeams - 1)}…`;
    return `${shown.padEnd(longestTeams)} ${odds.join("  ")}`;
  });
  return Array.from(
    { length: Math.ceil(cells.length / 2) },
    (
      _,
      row,
    ) => [[[cells[2 * row], cells[2 * row + 1]].filter((cell) => cell !== undefined).join("  "), plain]],
  );
}
