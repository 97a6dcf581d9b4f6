import type { Connection, Hub, Subscriber } from "../hub/mod.ts";
import { type AttendanceRecord, type Followers, type Questions, type Store, Turns } from "../engine/mod.ts";
import { type Clock, Refusal } from "../protocol/mod.ts";
import { type Activity, logger } from "../telemetry/mod.ts";
import type { Confirmations } from "./confirmations.ts";
import type { GameBoard } from "./game_board.ts";
import type { Registration } from "./metagraph.ts";
import { type Commit, Presence } from "./presence.ts";

const log = logger("miners");

/** A miner on a connection of its own, whatever it speaks. */
export interface ConnectedMiner {
  readonly connection: Connection;
  /** Whether it has proved who it is. */
  readonly isProven: boolean;
  /** What is subscribed to its channels. */
  readonly subscriber: Subscriber;
  registration: Registration | undefined;
  /** Resolves when everything received so far is verified and handed on. */
  handedOn(): Promise<void>;
}

/** What {@link Attendance} works with. */
interface AttendanceOptions {
  readonly store: Store;
  readonly followers: Followers;
  readonly questions: Questions;
  readonly hub: Hub;
  readonly clock: Clock;
  readonly activity: Activity;
  readonly board: GameBoard;
  readonly confirmations: Confirmations;
  /** Which of two connections of one miner goes: the older (`replace`) or the newer (`reject`). */
  readonly duplicatePolicy: "replace" | "reject";
}

/** Which miners are connected here: each on one connection, of all servers of the store. */
export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #sessions = new Map<string, ConnectedMiner>();
  readonly #presence: Presence;
  /** A miner's connections come one after the other, and so is it looked whether it has gone elsewhere. */
  readonly #turns = new Turns();
  readonly #entering = new Set<string>();

  constructor(options: AttendanceOptions) {
    this.#options = options;
    const { store, followers, questions } = options;
    this.#presence = new Presence({
      store,
      followers,
      questions,
      isHere: (hotkey) => this.#sessions.get(hotkey)?.connection.isOpen ?? false,
      onMove: (hotkey) => void this.#moved(hotkey),
    });
  }

  /**
   * It is known whose a session is. Resolves with false when it is over by the time that all servers know of it.
   *
   * @param commit in whose transaction that is kept; one of its own without
   * @throws {Refusal} `already_connected`
   */
  enter(
    session: ConnectedMiner,
    registration: Registration,
    commit: Commit = (also) => this.#options.store.transact(also),
  ): Promise<boolean> {
    return this.#turns.take(registration.hotkey, () => this.#enter(session, registration, commit));
  }

  async #enter(session: ConnectedMiner, registration: Registration, commit: Commit): Promise<boolean> {
    const { hotkey } = registration;
    const { isProven } = session;
    this.#entering.add(hotkey);
    try {
      const here = this.#sessions.get(hotkey);
      if (here !== undefined && this.#policyBetween(session, here) === "reject") {
        // What was signed is used up all the same.
        await commit(() => Promise.resolve());
        throw refusal("reject");
      }
      // Whoever takes the miner away from now on is noticed.
      this.#presence.follow(hotkey);
      const replaces = (there: AttendanceRecord) => this.#policyBetween(session, there) === "replace";
      if (await this.#presence.take(hotkey, { isProven, replaces, commit }) !== undefined) {
        throw refusal("reject");
      }
      if (!session.connection.isOpen) return false;
      this.#admit(session, registration);
      return true;
    } finally {
      this.#entering.delete(hotkey);
      this.#unfollow(hotkey);
    }
  }

  #admit(session: ConnectedMiner, registration: Registration): void {
    const { hotkey } = registration;
    this.#sessions.get(hotkey)?.connection.refuse(refusal("replace"));
    session.registration = registration;
    this.#options.confirmations.enter(hotkey);
    session.connection.getReady(hotkey);
    this.#sessions.set(hotkey, session);
  }

  /** A miner may have gone to another server. Never rejects. */
  async #moved(hotkey: string): Promise<void> {
    try {
      await this.#turns.take(hotkey, async () => {
        const session = this.#sessions.get(hotkey);
        if (session !== undefined && await this.#presence.isElsewhere(hotkey)) {
          session.connection.refuse(refusal("replace"));
        }
      });
    } catch (error) {
      log.warning("Cannot read whether miner {hotkey} has gone to another server: {error}", {
        hotkey,
        error,
      });
    }
  }

  #unfollow(hotkey: string): void {
    if (!this.#sessions.has(hotkey) && !this.#entering.has(hotkey)) this.#presence.unfollow(hotkey);
  }

  /** A session's connection is over. */
  leave(session: ConnectedMiner): void {
    const { subscriber, registration } = session;
    const { board, confirmations } = this.#options;
    board.channel.unsubscribe(subscriber);
    if (registration === undefined) return;
    confirmations.leave(registration.hotkey, subscriber);
    if (this.#sessions.get(registration.hotkey) !== session) return;
    this.#sessions.delete(registration.hotkey);
    this.#unfollow(registration.hotkey);
  }

  /** Has each miner's registration be what `find` says; whom it refuses is told, and goes. */
  recheck(find: (hotkey: string) => Registration): void {
    for (const session of this.#sessions.values()) {
      try {
        session.registration = find(session.registration?.hotkey ?? "");
      } catch (error) {
        this.#options.hub.fail(session.connection, error);
      }
    }
  }

  /** Miners that were heard from within two heartbeat intervals. */
  active(): number {
    const { clock, hub } = this.#options;
    const since = clock.elapsed() - 2 * hub.limits.heartbeatInterval;
    let active = 0;
    for (const { connection } of this.#sessions.values()) if (connection.heardAt >= since) active += 1;
    return active;
  }

  /** Counts how long a miner took to answer; what it says unasked counts not. */
  heartbeatAnswered(connection: Connection): void {
    const { clock, activity } = this.#options;
    const { heartbeatAt, openedAt, answeredAt = openedAt } = connection;
    connection.answeredAt = clock.elapsed();
    if (answeredAt >= heartbeatAt) return;
    activity.heartbeats.add((connection.answeredAt - heartbeatAt) / 1000);
  }

  /** Resolves when all that the miners have sent so far is handed on. */
  async handedOn(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.handedOn()));
  }

  /** Whoever only says who it is sends nobody away that has proved it. */
  #policyBetween(newer: Proven, older: Proven): "replace" | "reject" {
    if (newer.isProven === older.isProven) return this.#options.duplicatePolicy;
    return newer.isProven ? "replace" : "reject";
  }
}

type Proven = Pick<ConnectedMiner, "isProven">;

function refusal(policy: "replace" | "reject"): Refusal {
  return new Refusal("already_connected", { detail: `policy is ${policy}` });
}
