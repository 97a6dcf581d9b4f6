import type { ClientEvent, StateEvent } from "../../client/mod.ts";
import { escapeControls } from "../../telemetry/mod.ts";
import { jsonText } from "../text.ts";
import type { Palette } from "../palette.ts";

/** A line of the input that was not submitted. */
export interface InvalidLine {
  readonly type: "invalid";
  readonly line: number;
  readonly message: string;
}

/** An event as one line of JSON. */
export function eventLine(event: ClientEvent | InvalidLine): string {
  if (event.type === "invalid") {
    const { line, message } = event;
    return jsonText({ event: "invalid", line, message });
  }
  return jsonText({ event: event.type, validator: event.validator, ...fieldsOf(event) });
}

function fieldsOf(event: ClientEvent): Record<string, unknown> {
  switch (event.type) {
    case "confirmation":
      return {
        prediction_id: event.predictionId,
        duplicate: event.duplicate,
        latency_ms: event.latencyMs,
        receipt: event.receipt,
        miner_stats: event.data["miner_stats"],
        signed: event.signed,
      };
    case "refused":
      return { prediction_id: event.predictionId, message: event.message, signed: event.signed };
    case "games":
      return { games: event.games, snapshot: event.snapshot, epoch: event.epoch, offset: event.offset };
    case "state":
      return { state: event.state, attempt: event.attempt, delay_ms: event.delayMs, uid: event.uid };
    case "problem":
      return { code: event.code, message: event.message };
  }
}

/** What a line is made with. */
interface ReadableOptions {
  readonly paint: Palette;
  readonly columns: number;
  /** Whether there are several validators, so that each line names its own. */
  readonly several: boolean;
}

interface Said {
  readonly word: string;
  readonly tone: "ok" | "warning" | "error" | "note";
  readonly text: string;
}

const longestWord = 9;

/** What happened, in one line for people; undefined where it is not worth one. */
export function readableLine(event: ClientEvent | InvalidLine, options: ReadableOptions): string | undefined {
  const said = sayingOf(event);
  if (said === undefined) return undefined;
  const { paint, columns, several } = options;
  const place = several && "validator" in event ? `  ${event.validator}` : "";
  const text = `${escapeControls(said.text)}${place}`;
  const room = Math.max(0, columns - longestWord - 3);
  const shown = text.length <= room ? text : `${text.slice(0, Math.max(0, room - 1))}…`;
  return `${paint.status[said.tone](said.word.padEnd(longestWord))}  ${shown}`;
}

function sayingOf(event: ClientEvent | InvalidLine): Said | undefined {
  switch (event.type) {
    case "confirmation": {
      const { predictionId, receipt, duplicate, latencyMs } = event;
      const parts = [
        receipt === undefined ? "" : `receipt ${receipt.miner_sequence}`,
        duplicate ? "as before" : "",
        latencyMs === undefined ? "" : `in ${Math.round(latencyMs)} ms`,
      ];
      const more = parts.filter((part) => part !== "").join(", ");
      return { word: "confirmed", tone: "ok", text: `${predictionId}  ${more}` };
    }
    case "refused":
      return { word: "refused", tone: "error", text: `${event.predictionId}  ${event.message}` };
    case "games":
      return { word: "games", tone: "note", text: gamesText(event.games, event.snapshot) };
    case "state":
      return standing(event);
    case "problem":
      return { word: "problem", tone: "warning", text: event.message };
    case "invalid":
      return {
        word: "invalid",
        tone: "error",
        text: `line ${event.line} is not submitted: ${event.message}`,
      };
  }
}

function standing({ state, uid, delayMs }: StateEvent): Said | undefined {
  const who = uid === undefined ? "" : `as miner ${uid}`;
  if (state === "authenticated") return { word: "connected", tone: "ok", text: who };
  const again = delayMs === undefined ? "" : `, the next attempt at a WebSocket is in ${seconds(delayMs)}`;
  if (state === "http") {
    return { word: "HTTP", tone: "warning", text: `predictions go over HTTP ${who}`.trimEnd() + again };
  }
  if (state === "waiting") return { word: "waiting", tone: "warning", text: `nothing gets through${again}` };
  return undefined;
}

function gamesText(games: readonly unknown[], snapshot: boolean): string {
  const [first] = games;
  if (!snapshot && games.length === 1) return gameText(first as Partial<Game>);
  const count = games.length === 1 ? "1 game" : `${games.length} games`;
  return snapshot ? `${count} can be bet on` : `${count} changed`;
}

interface Game {
  readonly game_id: string;
  readonly team_a: string;
  readonly team_b: string;
  readonly team_a_odds: unknown;
  readonly team_b_odds: unknown;
  readonly tie_odds: unknown;
}

/** As the validator says it, in whatever form: numbers come with their own text. */
function gameText({ game_id, team_a, team_b, team_a_odds, tie_odds, team_b_odds }: Partial<Game>): string {
  const odds = [team_a_odds, tie_odds, team_b_odds].filter((value) => value !== null && value !== undefined);
  return `${game_id}  ${team_a} – ${team_b}  ${odds.join("  ")}`;
}

function seconds(milliseconds: number): string {
  return `${Math.max(1, Math.round(milliseconds / 1000))} s`;
}

/** Writes lines in their order, those that gather during a write with the next one. */
export class LineWriter {
  readonly #print: (text: string) => Promise<void>;
  readonly #broken: (error: unknown) => void;
  #waiting = "";
  #writing: Promise<void> | undefined;
  #failed = false;

  /** `broken` is told once when nothing can be written any more. */
  constructor(print: (text: string) => Promise<void>, broken: (error: unknown) => void) {
    this.#print = print;
    this.#broken = broken;
  }

  write(line: string): void {
    if (this.#failed) return;
    this.#waiting += `${line}\n`;
    this.#writing ??= this.#drain();
  }

  /** Resolves once all lines are written. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting !== "") {
        const text = this.#waiting;
        this.#waiting = "";
        await this.#print(text);
      }
    } catch (error) {
      this.#failed = true;
      this.#broken(error);
    } finally {
      this.#writing = undefined;
    }
  }
}
