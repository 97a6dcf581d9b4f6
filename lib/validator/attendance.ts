import type { Connection, Hub, Subscriber } from "../hub/mod.ts";
import { type Clock, Refusal } from "../protocol/mod.ts";
import type { Activity } from "../telemetry/mod.ts";
import type { Confirmations } from "./confirmations.ts";
import type { GameBoard } from "./game_board.ts";
import type { Registration } from "./metagraph.ts";

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
export interface AttendanceOptions {
  readonly hub: Hub;
  readonly clock: Clock;
  readonly activity: Activity;
  readonly board: GameBoard;
  readonly confirmations: Confirmations;
  /** Which of two connections of one miner goes: the older (`replace`) or the newer (`reject`). */
  readonly duplicatePolicy: "replace" | "reject";
}

/** Which miners are connected: each on one connection. */
export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #sessions = new Map<string, ConnectedMiner>();

  constructor(options: AttendanceOptions) {
    this.#options = options;
  }

  /** It is known whose a session is. Throws a {@link Refusal} `already_connected`. */
  enter(session: ConnectedMiner, registration: Registration): void {
    const { hotkey } = registration;
    const { confirmations } = this.#options;
    const other = this.#sessions.get(hotkey);
    if (other !== undefined) {
      const policy = this.#policyBetween(session, other);
      const refusal = new Refusal("already_connected", { detail: `policy is ${policy}` });
      if (policy === "reject") throw refusal;
      other.connection.refuse(refusal);
    }
    session.registration = registration;
    confirmations.enter(hotkey);
    session.connection.getReady(hotkey);
    this.#sessions.set(hotkey, session);
  }

  /** A session's connection is over. */
  leave(session: ConnectedMiner): void {
    const { subscriber, registration } = session;
    const { board, confirmations } = this.#options;
    board.channel.unsubscribe(subscriber);
    if (registration === undefined) return;
    confirmations.leave(registration.hotkey, subscriber);
    if (this.#sessions.get(registration.hotkey) === session) this.#sessions.delete(registration.hotkey);
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
    if (answeredAt >= heartbeatAt || heartbeatAt === openedAt) return;
    activity.heartbeats.add((connection.answeredAt - heartbeatAt) / 1000);
  }

  /** Resolves when all that the miners have sent so far is handed on. */
  async handedOn(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.handedOn()));
  }

  /** Whoever only says who it is sends nobody away that has proved it. */
  #policyBetween(newer: ConnectedMiner, older: ConnectedMiner): "replace" | "reject" {
    if (newer.isProven === older.isProven) return this.#options.duplicatePolicy;
    return newer.isProven ? "replace" : "reject";
  }
}
