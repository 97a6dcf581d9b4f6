import { Channel, type ChannelSettings, Priority, Publisher } from "../hub/mod.ts";
import {
  type Clock,
  type ExactJson,
  formatTimestamp,
  parseExact,
  type Position,
  Rendered,
} from "../protocol/mod.ts";
import type { GameRepository, Log, LogEntry } from "../engine/mod.ts";
import { logger } from "../telemetry/mod.ts";
import { type Game, GameTable, type NewGame, readGame } from "./game_table.ts";
import type { Notary } from "./notary.ts";

const log = logger("games");

/** What came of handing in games. */
export interface GamesPublished {
  /** The newest offset of the channel `games`. */
  readonly offset: number;
  /** Connections that the update went to. */
  readonly recipients: number;
  /** Games that differed from what was known. */
  readonly changed: number;
}

/** The games as miners know them: stored, and sent to all of them when they change. */
export class GameBoard {
  readonly channel: Channel;
  readonly #repository: GameRepository;
  readonly #log: Log;
  readonly #notary: Notary;
  readonly #clock: Clock;
  readonly #publisher: Publisher;
  readonly #keepFor: number;
  readonly #maxUpdate: number;
  readonly #table = new GameTable();
  #publishing: Promise<unknown> = Promise.resolve();
  #snapshot: { offset: number; frame: Promise<string> } | undefined;

  constructor(options: {
    repository: GameRepository;
    log: Log;
    notary: Notary;
    clock: Clock;
    settings: ChannelSettings;
    /** Bytes of games in one update. */
    maxUpdate: number;
  }) {
    this.#maxUpdate = options.maxUpdate;
    const { log, clock, settings } = options;
    this.#log = log;
    this.#repository = options.repository;
    this.#notary = options.notary;
    this.#clock = clock;
    this.#keepFor = settings.ttl;
    this.channel = new Channel({ epoch: log.epoch, priority: Priority.update, clock, settings });
    this.#publisher = new Publisher(this.channel);
  }

  /** Takes over what is stored. */
  async load(): Promise<void> {
    this.channel.resume((await this.#log.head("games")).offset);
    this.#table.load(await this.#repository.list(), (text) => readGame(parseExact(text)));
  }

  /** The updates after an offset up to another one, signed again; "lost" when they are kept no more. */
  async past(offset: number, upTo: number): Promise<string[] | "lost"> {
    const entries = await this.#log.since("games", offset, upTo - offset);
    return entries === "lost" ? "lost" : await Promise.all(entries.map((entry) => this.#sealAgain(entry)));
  }

  get size(): number {
    return this.#table.size;
  }

  find(gameId: string): Game | undefined {
    return this.#table.find(gameId);
  }

  /**
   * Stores the games and sends those that changed in one `game_update`; none when none did. One call at a time.
   *
   * @throws {RangeError} when those that changed are too large for one update
   */
  publish(games: readonly NewGame[]): Promise<GamesPublished> {
    const published = this.#publishing.then(() => this.#publish(games));
    this.#publishing = published.catch(() => {});
    return published;
  }

  /** A signed `game_update` with all current games, at the channel's newest offset. */
  snapshot(): Promise<string> {
    const { offset } = this.channel;
    if (this.#snapshot?.offset !== offset) {
      const data = { ...this.#update(this.current(), offset), snapshot: true };
      this.#snapshot = { offset, frame: this.#notary.seal("game_update", data) };
    }
    return this.#snapshot.frame;
  }

  /** The games that are active or changed lately. */
  current(): ExactJson[] {
    return this.#table.current(this.#clock.now() - this.#keepFor);
  }

  /** The games that changed after a position, as they are now; null when the position is of another epoch. */
  changedSince({ epoch, offset }: Position): ExactJson[] | null {
    return epoch === this.channel.epoch && offset <= this.channel.offset
      ? this.#table.changedSince(offset)
      : null;
  }

  async #publish(games: readonly NewGame[]): Promise<GamesPublished> {
    const changed = this.#table.changed(games);
    const size = changed.reduce((sum, { text }) => sum + text.length, 0);
    if (size > this.#maxUpdate) {
      throw new RangeError(
        `Cannot publish games: those that changed have ${size} bytes, at most ${this.#maxUpdate} at a time`,
      );
    }
    if (changed.length === 0) return { offset: this.channel.offset, recipients: 0, changed: 0 };
    const now = this.#clock.now();
    const number = await this.#repository.publish(
      changed.map(({ fields, text }) => ({ gameId: fields.game_id, text, changedAt: now })),
    );
    const rendered = changed.map(({ text }) => new Rendered(text));
    const { offset, recipients } = await this.#publisher.publish(
      (offset) => this.#notary.seal("game_update", this.#update(rendered, offset)),
      (offset) => this.#table.put(changed, now, offset),
      number,
    );
    log.info("Broadcasting game updates to connected miners", {
      games: changed.length,
      miners: recipients,
      offset,
    });
    return { offset, recipients, changed: changed.length };
  }

  #sealAgain({ offset, at, data }: LogEntry): Promise<string> {
    const games = (data as string[]).map((text) => new Rendered(text));
    return this.#notary.seal("game_update", this.#update(games, offset, at));
  }

  #update(games: ExactJson[], offset: number, at = this.#clock.now()) {
    const { epoch } = this.channel;
    return { games, timestamp: formatTimestamp(at), epoch, offset };
  }
}
