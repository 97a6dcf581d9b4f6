import { type ChannelSettings, LogChannel, Priority } from "../hub/mod.ts";
import {
  type Clock,
  type ExactJson,
  formatTimestamp,
  type NewGame,
  parseExact,
  type Position,
  readGame,
  Rendered,
} from "../protocol/mod.ts";
import {
  type Followers,
  type GameRepository,
  gamesAtOnce,
  gamesChannel,
  type Log,
  type LogEntry,
} from "../engine/mod.ts";
import { logger } from "../telemetry/mod.ts";
import type { Game } from "./game.ts";
import type { Notary } from "./notary.ts";
import type { KnownGames } from "./prediction_book.ts";

const log = logger("games");

/** What came of handing in games. */
interface GamesPublished {
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
  /** Calls `run` with games that changed by what was handed in here, and when. It must not throw. */
  onPublished(run: Published): void;
}

/** Takes games that changed, and when, in milliseconds since the Unix epoch. */
type Published = (changed: readonly NewGame[], at: number) => void;

/** Games that were handed in, and who is told what came of it. */
interface Handed extends PromiseWithResolvers<GamesPublished> {
  readonly games: readonly NewGame[];
}

/** What there is of them to be told. */
interface Update extends Pick<Handed, "resolve" | "reject"> {
  readonly changed: readonly NewGame[];
}

/**
 * The games as miners know them: stored, and sent to all of them when they change. What is handed in while others are being
 * stored is stored together, each with an update of its own.
 */
export class GameBoard implements Games, KnownGames {
  readonly channel: LogChannel;
  readonly #repository: GameRepository;
  readonly #log: Log;
  readonly #notary: Notary;
  readonly #clock: Clock;
  readonly #keepFor: number;
  readonly #maxUpdate: number;
  readonly #games = new Map<string, Game>();
  readonly #onPublished = new Set<Published>();
  #knownUpTo = 0;
  #handed: Handed[] = [];
  #publishing: Promise<void> | undefined;
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
    this.#log = followers.log;
    this.channel = new LogChannel(gamesChannel, {
      priority: Priority.update,
      clock,
      settings,
      followers,
      frames: (entries) => Promise.all(entries.map((entry) => this.#sealAgain(entry))),
      before: (entry) => this.#takeOver(entry),
    });
  }

  /** Takes over what is stored, and follows what other servers publish. */
  async load(): Promise<void> {
    await this.channel.begin();
    await this.#readAll(this.channel.offset);
  }

  get knownUpTo(): number {
    return this.#knownUpTo;
  }

  /** Reads from the log what was published up to an offset: its turn to be signed, or to be told by others, may come later. */
  async know(offset: number): Promise<void> {
    const missing = offset - this.#knownUpTo;
    if (missing <= 0) return;
    const entries = await this.#log.since(gamesChannel, this.#knownUpTo, missing);
    if (entries === "lost") await this.#readAll(offset);
    else for (const entry of entries) this.#takeOver(entry);
  }

  get size(): number {
    return this.#games.size;
  }

  find(gameId: string): Game | undefined {
    return this.#games.get(gameId);
  }

  /**
   * Stores the games and sends those that changed in one `game_update`; none when none did.
   *
   * @throws {RangeError} when those that changed are too large for one update
   */
  publish(games: readonly NewGame[]): Promise<GamesPublished> {
    const handed = { games, ...Promise.withResolvers<GamesPublished>() };
    this.#handed.push(handed);
    this.#publishing ??= this.#publishAll();
    return handed.promise;
  }

  onPublished(run: Published): void {
    this.#onPublished.add(run);
  }

  get position(): Position {
    const { epoch, offset } = this.channel;
    return { epoch, offset };
  }

  async reach(position: Position): Promise<void> {
    await this.channel.reach(position);
  }

  async next(offset: number, wait: number, signal: AbortSignal): Promise<void> {
    await this.channel.next(offset, wait, signal);
  }

  /** A signed `game_update` with all current games, at the channel's newest offset. */
  snapshot(): Promise<string> {
    const { offset } = this.channel;
    if (this.#snapshot?.offset !== offset) {
      this.#snapshot = { offset, frame: this.#seal(this.current(), { offset, snapshot: true }) };
    }
    return this.#snapshot.frame;
  }

  current(): ExactJson[] {
    return this.listed().map(({ text }) => new Rendered(text));
  }

  /** The same with what is known of them. */
  listed(): readonly Game[] {
    const since = this.#clock.now() - this.#keepFor;
    return this.#select(({ fields, changedAt }) => fields.active || changedAt >= since);
  }

  changedSince({ epoch, offset }: Position): ExactJson[] | null {
    if (epoch !== this.channel.epoch || offset > this.channel.offset) return null;
    return this.#select((game) => game.offset > offset).map(({ text }) => new Rendered(text));
  }

  #select(wanted: (game: Game) => boolean): Game[] {
    return [...this.#games.values()].filter(wanted);
  }

  async #publishAll(): Promise<void> {
    // What is handed in in the same turn belongs together.
    await Promise.resolve();
    while (this.#handed.length > 0) {
      const group = this.#takeGroup();
      await this.#publishGroup(group).catch((error) => group.forEach(({ reject }) => reject(error)));
    }
    this.#publishing = undefined;
  }

  #seemsKnown({ games }: Handed): boolean {
    return games.some(({ fields, text }) => this.#games.get(fields.game_id)?.text === text);
  }

  /** As many as one transaction takes. */
  #takeGroup(): Handed[] {
    let games = 0;
    return this.#takeWhile((handed, index) => {
      games += handed.games.length;
      return index === 0 || games <= gamesAtOnce;
    });
  }

  /** What goes along with a group, as it is, as far as one transaction takes it. */
  #takeMore(group: readonly Handed[]): Handed[] {
    let games = group.reduce((sum, { games }) => sum + games.length, 0);
    return this.#takeWhile((handed) => {
      games += handed.games.length;
      return games <= gamesAtOnce && !this.#seemsKnown(handed);
    });
  }

  #takeWhile(isWanted: (handed: Handed, index: number) => boolean): Handed[] {
    const end = this.#handed.findIndex((handed, index) => !isWanted(handed, index));
    return this.#handed.splice(0, end === -1 ? this.#handed.length : end);
  }

  async #publishGroup(group: Handed[]): Promise<void> {
    // What seems to be known already may have been changed by another server since.
    if (group.some((handed) => this.#seemsKnown(handed))) {
      await this.know((await this.#log.head(gamesChannel)).offset);
    }
    const drafted = new Map<string, string>();
    const updates = this.#updatesOf(group, drafted);
    if (updates.length > 0) {
      const now = this.#clock.now();
      const offsets = await this.#repository.publish((index) => {
        if (index === 1) {
          // While other servers had their turn more was handed in.
          const more = this.#takeMore(group);
          group.push(...more);
          updates.push(...this.#updatesOf(more, drafted));
        }
        return updates[index]?.changed
          .map(({ fields, text }) => ({ gameId: fields.game_id, text, changedAt: now }));
      });
      await Promise.all(updates.map(async ({ changed, resolve, reject }, index) => {
        await this.#tell(changed, now, offsets[index] ?? 0).then(resolve, reject);
      }));
    }
    // The others had nothing new to tell.
    for (const { resolve } of group) resolve({ offset: this.channel.offset, recipients: 0, changed: 0 });
  }

  /** Of those handed in what differs from what is known, or drafted, by then; those that are too large are refused. */
  #updatesOf(group: readonly Handed[], drafted: Map<string, string>): Update[] {
    return group.flatMap(({ games, resolve, reject }) => {
      // Of a game given twice, the last.
      const last = new Map(games.map((game) => [game.fields.game_id, game]));
      const changed = [...last].filter(([id, { text }]) =>
        (drafted.get(id) ?? this.#games.get(id)?.text) !== text
      );
      const size = changed.reduce((sum, [, { text }]) => sum + text.length, 0);
      if (size > this.#maxUpdate) {
        reject(
          new RangeError(
            `Cannot publish games: those that changed have ${size} bytes, at most ${this.#maxUpdate} at a time`,
          ),
        );
        return [];
      }
      for (const [id, { text }] of changed) drafted.set(id, text);
      return changed.length === 0 ? [] : [{ changed: changed.map(([, game]) => game), resolve, reject }];
    });
  }

  async #tell(changed: readonly NewGame[], now: number, offset: number): Promise<GamesPublished> {
    const rendered = changed.map(({ text }) => new Rendered(text));
    const frame = this.#seal(rendered, { offset });
    const { recipients } = await this.channel.publishInTurn(
      offset,
      frame,
      () => this.#put(changed, now, offset),
    );
    log.info("Broadcasting game updates to connected miners", {
      games: changed.length,
      miners: recipients,
      offset,
    });
    for (const run of this.#onPublished) run(changed, now);
    return { offset, recipients, changed: changed.length };
  }

  /** Another server has published games. */
  #takeOver({ offset, at, data }: LogEntry): void {
    this.#put((data as string[]).map(readText), at, offset);
  }

  #put(games: readonly NewGame[], changedAt: number, offset: number): void {
    for (const game of games) this.#keep({ ...game, changedAt, offset });
    // What was passed over is still missing.
    if (offset === this.#knownUpTo + 1) this.#knownUpTo = offset;
  }

  /** Where a more recent one is known, that one stays. */
  #keep(game: Game): void {
    const id = game.fields.game_id;
    if ((this.#games.get(id)?.offset ?? 0) <= game.offset) this.#games.set(id, game);
  }

  /** Reads what is stored, which is no older than an offset. */
  async #readAll(offset: number): Promise<void> {
    for (const { text, changedAt, offset = 0 } of await this.#repository.list()) {
      this.#keep({ ...readText(text), changedAt, offset });
    }
    this.#knownUpTo = Math.max(this.#knownUpTo, offset);
  }

  #sealAgain({ offset, at, data }: LogEntry): Promise<string> {
    const games = (data as string[]).map((text) => new Rendered(text));
    return this.#seal(games, { offset }, at);
  }

  #seal(
    games: ExactJson[],
    place: { readonly offset: number; readonly snapshot?: true },
    at = this.#clock.now(),
  ): Promise<string> {
    const { epoch } = this.channel;
    return this.#notary.seal("game_update", { games, timestamp: formatTimestamp(at), epoch, ...place });
  }
}

function readText(text: string): NewGame {
  return readGame(parseExact(text));
}
