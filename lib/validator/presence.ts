import {
  attend,
  attendancePrefix,
  type AttendanceRecord,
  AttendanceRepository,
  type Followers,
  type Questions,
  type Store,
  type Transaction,
} from "../engine/mod.ts";
import { logger } from "../telemetry/mod.ts";

const log = logger("miners");
const about = "attends";
/** Miners that are looked up at a time. */
const page = 100;

/** Commits something, and `also` what is handed in, as one. */
export type Commit = (also: (transaction: Transaction) => Promise<void>) => Promise<void>;

/** What {@link Presence} works with. */
interface PresenceOptions {
  readonly store: Store;
  readonly followers: Followers;
  readonly questions: Questions;
  /** Whether a miner is connected here. */
  readonly isHere: (hotkey: string) => boolean;
  /** A miner may have gone to another server: it is to be looked up in its turn. Must not throw. */
  readonly onMove: (hotkey: string) => void;
}

/**
 * At which one of the servers of the store each miner is. The order in which they commit is the order for all; whoever loses a
 * miner is told by the log. A server that is asked whether it has a miner still, and does not answer, has lost it.
 */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #repository: AttendanceRepository;
  readonly #followed = new Set<string>();
  /** Those of whom it is not known whether they are here still. */
  readonly #doubtful = new Set<string>();
  #looking: Promise<void> | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#repository = new AttendanceRepository(options.store);
    options.questions.answer(about, options.isHere);
    options.followers.watch({
      prefix: attendancePrefix,
      wants: (hotkey) => this.#followed.has(hotkey),
      heard: (hotkeys) => this.#doubt(hotkeys === "any" ? this.#followed : hotkeys),
    });
  }

  /** From now on it is noticed when the miner goes to another server. */
  follow(hotkey: string): void {
    this.#followed.add(hotkey);
  }

  unfollow(hotkey: string): void {
    this.#followed.delete(hotkey);
  }

  /**
   * Has a miner be here, in the transaction of `commit`. Answers where it stays, if it is at another server and its
   * connection there goes before.
   *
   * @param replaces whether a connection here replaces one there
   */
  async take(
    hotkey: string,
    { isProven, replaces, commit }: {
      readonly isProven: boolean;
      readonly replaces: (there: AttendanceRecord) => boolean;
      readonly commit: Commit;
    },
  ): Promise<AttendanceRecord | undefined> {
    const { questions } = this.#options;
    const here = { server: questions.self, isProven };
    const lost = new Set<string>();
    let commitNext = commit;
    for (;;) {
      let stays: AttendanceRecord | undefined;
      const mayLeave = (there: AttendanceRecord) => replaces(there) || lost.has(there.server);
      await commitNext(async (transaction) => {
        stays = await attend(transaction, hotkey, { here, mayLeave });
      });
      if (stays === undefined) return undefined;
      const { server } = stays;
      const { answers } = await questions.ask<boolean>(about, hotkey, { of: [server] });
      if (answers.get(server)) return stays;
      lost.add(server);
      commitNext = (also) => this.#repository.transact(also);
    }
  }

  /** Whether another server has the miner now. */
  async isElsewhere(hotkey: string): Promise<boolean> {
    return this.#isElsewhere((await this.#repository.list([hotkey]))[0]);
  }

  #isElsewhere(there: AttendanceRecord | null | undefined): boolean {
    return there?.server !== undefined && there.server !== this.#options.questions.self;
  }

  #doubt(hotkeys: Iterable<string>): void {
    for (const hotkey of hotkeys) this.#doubtful.add(hotkey);
    this.#looking ??= this.#look().catch((error) => {
      log.warning("Cannot read which miners have gone to other servers: {error}", { error });
    }).finally(() => this.#looking = undefined);
  }

  async #look(): Promise<void> {
    // What comes in the same turn is looked up together.
    await Promise.resolve();
    while (this.#doubtful.size > 0) {
      const hotkeys = [...this.#doubtful].slice(0, page);
      for (const hotkey of hotkeys) this.#doubtful.delete(hotkey);
      const records = await this.#repository.list(hotkeys);
      for (const [index, hotkey] of hotkeys.entries()) {
        if (this.#isElsewhere(records[index])) this.#options.onMove(hotkey);
      }
    }
  }
}
