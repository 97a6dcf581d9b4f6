import { Channel, type ChannelSettings, Priority, Publisher } from "../hub/mod.ts";
import {
  type Clock,
  type ExactJson,
  formatTimestamp,
  parseExact,
  type Position,
  Rendered,
} from "../protocol/mod.ts";
import { type Followers, type GameRepository, gamesChannel, type Log, type LogEntry } from "../engine/mod.ts";
import { logger } from "../telemetry/mod.ts";
import { type Game, GameTable, type NewGame, readGame } from "./game_table.ts";
import type { Notary } from "./notary.ts";
import type { KnownGames } from "./prediction_book.ts";

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

/** The games, for those who hand them in or ask for them. */
export interface Games {
  /** The newest. */
  readonly position: Position;
  /** The games that are active or changed lately. */
  current(): ExactJson[];
  /** The same with what is known of them. */
  listed(): readonly Game[];
  /** The games that changed after a position, as they are now; null when the position is of another epoch. */
  changedSince(position: Position): ExactJson[] | null;
  /** Resolves when what other servers of the store have told of a position is known here. */
  reach(position: Position): Promise<void>;
  /** Resolves when there is something after an offset, or after so many milliseconds. */
  next(offset: number, wait: number, signal: AbortSignal): Promise<void>;
  /** Stores the games and sends those that changed. Throws a {@link RangeError} where they are too large for one update. */
  publish(games: readonly NewGame[]): Promise<GamesPublished>;
}

/** The games as miners know them: stored, and sent to all of them when they change. */
export class GameBoard implements Games, KnownGames {
  readonly channel: Channel;
  readonly publisher: Publisher;
  readonly #repository: GameRepository;
  readonly #log: Log;
  readonly #notary: Notary;
  readonly #clock: Clock;
  readonly #keepFor: number;
  readonly #maxUpdate: number;
  readonly #table = new GameTable();
  #knownUpTo = 0;
  #publishing: Promise<unknown> = Promise.resolve();
  #snapshot: { offset: number; frame: Promise<string> } | undefined;

  constructor(options: {
    repository: GameRepository;
    followers: Followers;
    notary: Notary;
    clock: Clock;
    settings: ChannelSettings;
    /** Bytes of games in one update. */
    maxUpdate: number;
  }) {
    this.#maxUpdate = options.maxUpdate;
    const { followers, clock, settings } = options;
    this.#repository = options.repository;
    this.#notary = options.notary;
    this.#clock = clock;
    this.#keepFor = settings.ttl;
    const { epoch } = this.#log = followers.log;
    this.channel = new Channel({ epoch, priority: Priority.update, clock, settings });
    this.publisher = new Publisher({
      channel: this.channel,
      followers,
      name: gamesChannel,
      frames: (entries) => Promise.all(entries.map((entry) => this.#sealAgain(entry))),
      before: (entry) => this.#takeOver(entry),
    });
  }

  /** Takes over what is stored, and follows what other servers publish. */
  async load(): Promise<void> {
    await this.publisher.begin();
    await this.#readAll(this.channel.offset);
  }

  get knownUpTo(): number {
    return this.#knownUpTo;
  }

  /** Sooner than what is published here can be signed, and what others publish is told. */
  async know(offset: number): Promise<void> {
    const missing = offset - this.#knownUpTo;
    if (missing <= 0) return;
    const entries = await this.#log.since(gamesChannel, this.#knownUpTo, missing);
    if (entries === "lost") await this.#readAll(offset);
    else for (const entry of entries) this.#takeOver(entry);
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

  get position(): Position {
    const { epoch, offset } = this.channel;
    return { epoch, offset };
  }

  async reach(position: Position): Promise<void> {
    await this.publisher.reach(position);
  }

  async next(offset: number, wait: number, signal: AbortSignal): Promise<void> {
    await this.channel.next(offset, wait, signal);
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

  current(): ExactJson[] {
    return this.listed().map(({ text }) => new Rendered(text));
  }

  /** The same with what is known of them. */
  listed(): readonly Game[] {
    return this.#table.current(this.#clock.now() - this.#keepFor);
  }

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
    const offset = await this.#repository.publish(
      changed.map(({ fields, text }) => ({ gameId: fields.game_id, text, changedAt: now })),
    );
    const rendered = changed.map(({ text }) => new Rendered(text));
    const { recipients } = await this.publisher.publish(
      offset,
      () => this.#notary.seal("game_update", this.#update(rendered, offset)),
      () => this.#put(changed, now, offset),
    );
    log.info("Broadcasting game updates to connected miners", {
      games: changed.length,
      miners: recipients,
      offset,
    });
    return { offset, recipients, changed: changed.length };
  }

  /** Another server has published games. */
  #takeOver({ offset, at, data }: LogEntry): void {
    this.#put((data as string[]).map(readText), at, offset);
  }

  #put(games: readonly NewGame[], at: number, offset: number): void {
    this.#table.put(games, at, offset);
    // What was passed over is still missing.
    if (offset === this.#knownUpTo + 1) this.#knownUpTo = offset;
  }

  /** Reads what is stored, which is no older than an offset. */
  async #readAll(offset: number): Promise<void> {
    this.#table.load(await this.#repository.list(), readText);
    this.#knownUpTo = Math.max(this.#knownUpTo, offset);
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

function readText(text: string): NewGame {
  return readGame(parseExact(text));
}
