import type { Clock } from "../protocol/mod.ts";
import { logger, Throttle } from "../telemetry/mod.ts";
import { type ConnectionRecord, ownText } from "./connection_record.ts";
import { type EndCause, endCauses } from "./end_causes.ts";

/** How many endings are kept. */
export const keptEndings = 10_000;
const keptRefusals = 1000;
const longestDetail = 200;

/** Somebody who was not let in. */
interface TurnedAway {
  readonly family: ConnectionRecord["family"];
  readonly address: string;
  readonly cause: EndCause;
  readonly detail?: string | undefined;
  /** The close code or the HTTP status that it was told. */
  readonly code: number;
}

const log = logger("websocket");

/** Names connections, and remembers how the latest ended: what `heliograph why` tells. */
export class ConnectionRecords {
  readonly #clock: Clock;
  readonly #ids = new ConnectionIds();
  readonly #ended = new Ring<ConnectionRecord>(keptEndings);
  /** Apart, since anybody can be refused as often as he likes. */
  readonly #refused = new Ring<ConnectionRecord>(keptRefusals);
  readonly #warnings: Throttle;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#warnings = new Throttle({ clock });
  }

  /** The id of a connection that begins. */
  nextId(): string {
    return this.#ids.next();
  }

  /** Remembers a connection that is over, and logs it. */
  ended(record: ConnectionRecord): void {
    this.#ended.add(record);
    const { id, family, peer, claimed, readyAt, ending } = record;
    const { by, cause, detail, code } = ending ?? {};
    const facts = { id, cause, by, code, detail, family, peer, claimed };
    if (readyAt !== undefined) log.info("Connection {id} ended: {cause}", facts);
    else if (by === "server" && cause !== "server_closing") {
      this.#warnings.warn(log, `ended ${cause}`, "Connection {id} ended before it was used: {cause}", facts);
    } else log.debug("Connection {id} ended before it was used: {cause}", facts);
  }

  /** Remembers somebody who was not let in, logs it, and gives it an id. */
  turnedAway({ family, address, cause, detail, code }: TurnedAway): string {
    const now = this.#clock.now();
    const id = this.nextId();
    const kept = detail === undefined ? undefined : ownText(detail, longestDetail);
    const { by } = endCauses[cause];
    this.#refused.add({
      id,
      family,
      address,
      openedAt: now,
      heardAt: now,
      peer: undefined,
      claimed: undefined,
      readyAt: undefined,
      heartbeatAt: undefined,
      answeredAt: undefined,
      received: 0,
      sent: 0,
      queued: 0,
      closingAt: undefined,
      ending: { at: now, by, cause, detail: kept, code, reason: "", refused: true },
    });
    const facts = { id, cause, detail: kept, family, address };
    this.#warnings.warn(log, `refused ${cause}`, "Connection {id} refused: {cause}", facts);
    return id;
  }

  find(id: string): ConnectionRecord | undefined {
    const isIt = (record: ConnectionRecord) => record.id === id;
    return this.#ended.latest().find(isIt) ?? this.#refused.latest().find(isIt);
  }

  /** Up to `limit` of those that are `wanted`, the newest first. */
  latest(limit: number, wanted: (record: ConnectionRecord) => boolean): ConnectionRecord[] {
    const ended = this.#ended.latest().filter(wanted).take(limit);
    const refused = this.#refused.latest().filter(wanted).take(limit);
    return [...ended, ...refused].sort((a, b) => endOf(b) - endOf(a)).slice(0, limit);
  }
}

function endOf({ ending, openedAt }: ConnectionRecord): number {
  return ending?.at ?? openedAt;
}

const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";
const prefixLength = 5;

/** Gives connections ids that no other connection has, of this run of the program or an earlier one: logs outlive it. */
class ConnectionIds {
  readonly #prefix = `c${randomText(prefixLength)}`;
  #last = 0;

  /** Such as `c8f3ak12`: a random beginning that all ids of this run share, then a count. */
  next(): string {
    return this.#prefix + (this.#last += 1).toString(36);
  }
}

function randomText(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join("");
}

/** The latest of what was added, bounded in number. */
class Ring<T> {
  readonly #size: number;
  readonly #items: T[] = [];
  #next = 0;

  constructor(size: number) {
    this.#size = size;
  }

  add(item: T): void {
    this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % this.#size;
  }

  /** The newest first. */
  *latest(): Generator<T> {
    for (let back = 1; back <= this.#items.length; back += 1) {
      const item = this.#items[(this.#next - back + this.#items.length) % this.#items.length];
      if (item !== undefined) yield item;
    }
  }
}
