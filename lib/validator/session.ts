import {
  type ByteBudget,
  type Connection,
  type LogChannel,
  ownText,
  Priority,
  type Session,
} from "../hub/mod.ts";
import {
  type Authentication,
  type Envelope,
  type ExactObject,
  type FromClient,
  minerConversation,
  parseMessage,
  type Position,
  readAuthentication,
  readEnvelope,
  Refusal,
  valueBounds,
} from "../protocol/mod.ts";
import { logger } from "../telemetry/mod.ts";
import type { Attendance, ConnectedMiner } from "./attendance.ts";
import type { Confirmations } from "./confirmations.ts";
import type { GameBoard } from "./game_board.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import type { Handlers } from "./handlers.ts";
import type { Registration } from "./metagraph.ts";
import type { Notary } from "./notary.ts";
import type { Commit } from "./presence.ts";
import type { Confirmed, PredictionBook } from "./prediction_book.ts";
import type { Origin } from "./suspects.ts";

const log = logger("miners");

/** Bytes of messages from one miner that may be waiting to be served. */
const maxPendingSize = 2 * 1024 * 1024;

/** What a session works with. */
export interface SessionHost {
  readonly gatekeeper: Gatekeeper;
  readonly board: GameBoard;
  readonly confirmations: Confirmations;
  readonly book: PredictionBook;
  readonly handlers: Handlers;
  readonly notary: Notary;
  readonly attendance: Attendance;
  /** What receipts say of the backup that was restored last; undefined where none was. */
  lineage(): string | undefined;
  /** Where the bytes of messages that wait to be served are counted. */
  readonly budget: ByteBudget;
  /** Answers a fault on a connection. */
  fail(connection: Connection, error: unknown): void;
  /** The signed answer to a heartbeat's data. */
  acknowledge(heartbeat: ExactObject): Promise<string>;
}

/** What a miner may send once it has authenticated. */
type ServedType = Exclude<FromClient<typeof minerConversation>, "authentication">;
/** Checks a message; what it answers is called when its turn comes. */
type Server = (session: MinerSession, envelope: Envelope) => Promise<() => void>;

/** One miner on one connection: authentication first, then signed messages, served in the order of their arrival. */
export class MinerSession implements Session, ConnectedMiner {
  readonly connection: Connection;
  readonly family = "miners";
  readonly isProven = true;
  readonly #host: SessionHost;
  registration: Registration | undefined;
  #authenticating = false;
  #pendingSize = 0;
  /** Settles when everything received so far has been handed on. */
  #turn: Promise<void> = Promise.resolve();

  constructor(connection: Connection, host: SessionHost) {
    this.connection = connection;
    this.#host = host;
  }

  get subscriber(): Connection {
    return this.connection;
  }

  get #origin(): Origin {
    return { connection: this.connection.id };
  }

  receive(text: string): void {
    if (this.registration !== undefined || this.#authenticating) this.#queue(text);
    else this.begin(parseMessage(text, valueBounds.stranger));
  }

  /** Takes in the frame with which a miner authenticates. Throws a {@link Refusal} `invalid_message`. */
  begin(message: ExactObject): void {
    const authentication = readAuthentication(message);
    this.#authenticating = true;
    this.#turn = this.#authenticate(authentication).catch((error) => {
      // An address has 48 characters: what is longer names nobody.
      this.connection.claimed = ownText(authentication.signer, 48);
      this.#host.fail(this.connection, error);
    }).finally(() => this.#authenticating = false);
  }

  ended(): void {
    this.#host.attendance.leave(this);
  }

  async handedOn(): Promise<void> {
    await this.#turn;
  }

  async #authenticate(authentication: Authentication): Promise<void> {
    const registration = await this.#host.gatekeeper.admit(authentication, this.connection);
    const commit: Commit = (also) => this.#host.gatekeeper.remember(authentication, also);
    if (!await this.#host.attendance.enter(this, registration, commit)) return;
    // It may have been removed or blacklisted while that was kept.
    this.registration = this.#host.gatekeeper.registered(authentication);
    await this.#welcome(registration, authentication);
    log.info("WebSocket connection established with miner {hotkey}", {
      hotkey: registration.hotkey,
      uid: registration.uid,
      id: this.connection.id,
    });
  }

  /** Subscribes, and sends the welcome and what was missed before anything newer. */
  async #welcome({ hotkey, uid }: Registration, { recover }: Authentication): Promise<void> {
    const { board, confirmations, notary } = this.#host;
    this.connection.hold();
    const own = await confirmations.channelOf(hotkey);
    await Promise.all([board.channel.reach(recover.games), own.reach(recover.confirmations)]);
    // Who is gone by now has unsubscribed from what comes here.
    if (!this.connection.isOpen) return;
    const channels = { games: board.channel.offset, confirmations: own.offset };
    const [missedGames, missedOwn] = await Promise.all([
      subscribe(this.connection, board.channel, recover.games),
      subscribe(this.connection, own, recover.confirmations),
    ]);
    const snapshot = missedGames.recovered !== true && board.size > 0 ? [board.snapshot()] : [];
    // A position that cannot be recovered lies before all that is kept.
    const ownFrames = missedOwn.recovered === false
      ? await confirmations.kept(hotkey, channels.confirmations)
      : missedOwn.frames;
    const welcome = notary.seal("welcome", {
      message: "Connection established",
      status: "success",
      uid,
      epoch: board.channel.epoch,
      lineage: this.#host.lineage(),
      channels,
      recovered: { games: missedGames.recovered, confirmations: missedOwn.recovered },
    });
    // Each with the priority of its channel, or what is newer would overtake it.
    const reply = (frame: string) => ({ frame, priority: Priority.reply });
    const update = (frame: string) => ({ frame, priority: Priority.update });
    this.connection.release([
      reply(await welcome),
      ...(await Promise.all(snapshot)).map(update),
      ...ownFrames.map(reply),
      ...missedGames.frames.map(update),
    ]);
  }

  #queue(text: string): void {
    // While the authentication is under way there is nobody yet on whose behalf to read and verify.
    const envelope = this.#authenticating ? undefined : readMessage(text);
    const size = text.length;
    if (this.#pendingSize + size > maxPendingSize) {
      const detail = "too many messages wait to be served";
      throw new Refusal("rate_limited", { detail, inReplyTo: envelope?.nonce, retryAfterMs: 1000 });
    }
    const { registration, connection: { address } } = this;
    const lease = this.#host.budget.lease(registration ? { name: registration.hotkey } : { address });
    if (!lease.take(size)) {
      const detail = "too many bytes wait to be served";
      throw new Refusal("rate_limited", { detail, inReplyTo: envelope?.nonce, retryAfterMs: 1000 });
    }
    this.#pendingSize += size;
    const serving = envelope === undefined
      ? this.#turn.then(() => this.#serve(readMessage(text)))
      : this.#serve(envelope);
    serving.catch(() => {});
    this.#turn = this.#turn.then(() => serving).then((hand) => hand()).catch((error) => {
      this.#refuse(error);
    }).finally(() => {
      this.#pendingSize -= size;
      lease.release();
    });
  }

  /**
   * Checks a message; what it answers is called when its turn comes. Bad signatures count against this connection, and
   * against nobody else at its address: it has proved whose it is.
   */
  async #serve(envelope: Envelope): Promise<() => void> {
    if (this.registration === undefined) {
      throw new Refusal("not_authorized", { detail: "not authenticated", inReplyTo: envelope.nonce });
    }
    if (envelope.signer !== this.registration.hotkey) {
      const detail = `sender ${envelope.signer} is not the hotkey of this connection`;
      throw new Refusal("not_authorized", { detail, inReplyTo: envelope.nonce });
    }
    return await (isServed(envelope.type) ? MinerSession.#servers[envelope.type] : MinerSession.#handle)(
      this,
      envelope,
    );
  }

  /** What is done with each message of the protocol, which is checked at once and answered in its turn. */
  static readonly #servers: Readonly<Record<ServedType, Server>> = {
    async prediction(session, envelope) {
      const { book, gatekeeper } = session.#host;
      const message = book.read(envelope);
      const registration = await gatekeeper.admit(envelope, session.#origin);
      return () => session.#follow(book.submit(message, registration, "websocket"));
    },
    async heartbeat(session, envelope) {
      await session.#host.gatekeeper.admit(envelope, session.#origin);
      return () => void session.#reply(session.#host.acknowledge(envelope.exactData));
    },
    async heartbeat_response(session, envelope) {
      session.#host.attendance.heartbeatAnswered(session.connection);
      await session.#host.gatekeeper.admit(envelope, session.#origin);
      return () => {};
    },
  };

  /** All others are their handlers'. */
  static readonly #handle: Server = async (session, envelope) => {
    const registration = await session.#host.gatekeeper.admit(envelope, session.#origin);
    return () => void session.#runHandler(envelope, registration);
  };

  /** Reports on confirmations, which reach the miner through its channel. */
  #follow(confirming: readonly Promise<Confirmed>[]): void {
    let refused = false;
    for (const confirmed of confirming) {
      confirmed.then(({ predictionId, verdict }) => {
        const { isOpen, id } = this.connection;
        if (!verdict.accepted) {
          const { message: reason } = verdict;
          log.info("Prediction {predictionId} refused via WebSocket: {reason}", {
            predictionId,
            reason,
            id,
          });
        } else if (isOpen) {
          log.info("Sent confirmation for prediction {predictionId} via WebSocket", { predictionId, id });
        }
      }, (error) => {
        // One error frame answers the message, however many of its predictions it concerns.
        if (!refused) this.#refuse(error);
        refused = true;
      });
    }
  }

  async #runHandler(envelope: Envelope, { hotkey, uid }: Registration): Promise<void> {
    const { type, data, exactData, nonce } = envelope;
    const reply = (type: string, data: ExactObject) => this.#reply(this.#host.notary.seal(type, data));
    const outcome = await this.#host.handlers.run({ type, hotkey, uid, data, exactData, nonce }, reply);
    if (outcome === "done") return;
    if (outcome !== "failed") this.#host.gatekeeper.forgive(envelope);
    this.#refuse(handlerRefusal[outcome](envelope));
  }

  async #reply(frame: Promise<string>): Promise<void> {
    this.connection.offer(await frame, Priority.reply);
  }

  /** On an authenticated connection a refused message is told of, and the connection stays. */
  #refuse(error: unknown): void {
    if (error instanceof Refusal && stays.has(error.code)) this.connection.tell(error);
    else this.#host.fail(this.connection, error);
  }
}

const servedTypes = Object.entries(minerConversation.messages)
  .flatMap(([name, { from }]) => from === "client" && name !== "authentication" ? name as ServedType : []);

function isServed(type: string): type is ServedType {
  return servedTypes.some((served) => served === type);
}

function readMessage(text: string): Envelope {
  return readEnvelope(parseMessage(text, valueBounds.miner));
}

/** From now on the connection gets everything. Answers what it missed before: from memory, or else from the log. */
async function subscribe(
  connection: Connection,
  channel: LogChannel,
  position: Position | undefined,
): Promise<{ readonly recovered: boolean | undefined; readonly frames: readonly string[] }> {
  const { epoch, offset: upTo } = channel;
  const { recovered, missed } = channel.subscribe(connection, position);
  const remembered = { recovered, frames: missed.map(({ frame }) => frame) };
  if (position === undefined || position.epoch !== epoch || position.offset > upTo) return remembered;
  // Memory may have a gap where nobody listened here.
  if (recovered === true && missed.length === upTo - position.offset) return remembered;
  const frames = await channel.past(position.offset, upTo);
  return frames === "lost" ? remembered : { recovered: true, frames };
}

const stays: ReadonlySet<string> = new Set(["not_authorized", "replayed", "server_closing"]);

const handlerRefusal = {
  failed: ({ nonce, type }: Envelope) =>
    new Refusal("internal_error", { detail: `the handler of "${type}" failed`, inReplyTo: nonce }),
  busy: ({ nonce, type }: Envelope) =>
    new Refusal("rate_limited", {
      detail: `too many messages for the handler of "${type}" are under way`,
      inReplyTo: nonce,
      retryAfterMs: 1000,
    }),
  unknown: ({ nonce, type }: Envelope) =>
    new Refusal("invalid_message", {
      detail: `unknown type "${type}", expected ${servedTypes.join(", ")} or a type with a handler`,
      inReplyTo: nonce,
    }),
} as const;
