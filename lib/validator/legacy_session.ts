import { type Connection, Priority, type Session, type Subscriber } from "../hub/mod.ts";
import {
  type Clock,
  type ExactObject,
  formatTimestamp,
  parseMessage,
  Refusal,
  type Timer,
  toPlain,
  valueBounds,
} from "../protocol/mod.ts";
import { logger } from "../telemetry/mod.ts";
import {
  type Dialect,
  dialects,
  type LegacyClaim,
  type LegacyDialect,
  type Sender,
} from "./legacy_dialects.ts";
import type { Registration } from "./metagraph.ts";
import type { ConnectedMiner } from "./attendance.ts";
import type { SessionHost } from "./session.ts";

const log = logger("miners");

const documented = "docs/bittensor.md, Older miners";

/** What is let in of the older dialects. */
export interface LegacyTerms {
  readonly allowed: readonly LegacyDialect[];
  /** Whether nobody in between can read or change what travels. */
  readonly isPrivate: boolean;
}

/** A miner of an older kind on one connection: its word is taken for who it is, where the operator wants that. */
export class LegacySession implements Session, ConnectedMiner {
  readonly connection: Connection;
  readonly family = "miners";
  readonly isProven = false;
  readonly subscriber: Subscriber;
  registration: Registration | undefined;
  readonly #host: SessionHost;
  readonly #clock: Clock;
  readonly #name: LegacyDialect;
  readonly #dialect: Dialect;
  readonly #terms: LegacyTerms;
  #beating: Timer | undefined;
  #entering = false;

  constructor(
    connection: Connection,
    options: { host: SessionHost; clock: Clock; dialect: LegacyDialect; terms: LegacyTerms },
  ) {
    this.connection = connection;
    this.#host = options.host;
    this.#clock = options.clock;
    this.#name = options.dialect;
    this.#dialect = dialects[options.dialect];
    this.#terms = options.terms;
    this.subscriber = { offer: (frame, priority) => this.#tell(frame, priority) };
  }

  receive(text: string): void {
    const message = parseMessage(text, valueBounds.miner);
    if (this.registration === undefined) return this.begin(message);
    const said = this.#dialect.read(message);
    if (said?.type === "heartbeat") return this.#send(this.#dialect.heartbeat(this.#sender()));
    if (said === undefined) {
      throw new Refusal("invalid_message", { detail: "expected a prediction or a heartbeat" });
    }
    this.#predict(said.prediction);
  }

  /** Takes in the frame with which such a miner begins. Throws a {@link Refusal}. */
  begin(message: ExactObject): void {
    if (this.#entering) throw new Refusal("not_authorized", { detail: "not authenticated" });
    this.#entering = true;
    this.#enter(message).catch((error) => {
      const { message: text } = error as Error;
      this.#send(this.#dialect.greeting(false, text, this.#sender()));
      this.#host.fail(this.connection, error);
    }).finally(() => this.#entering = false);
  }

  ended(): void {
    this.#beating?.cancel();
    this.#host.attendance.leave(this);
  }

  handedOn(): Promise<void> {
    return Promise.resolve();
  }

  async #enter(message: ExactObject): Promise<void> {
    this.#checkTerms();
    const claim = this.#dialect.claim(message);
    const registration = await this.#admit(claim);
    if (!await this.#host.attendance.enter(this, registration)) return;
    this.registration = this.#host.gatekeeper.registered({ signer: registration.hotkey, nonce: undefined });
    this.#send(this.#dialect.greeting(true, "Connection established", this.#sender()));
    await this.#subscribe(registration);
    this.#beat();
    log.info("WebSocket connection established with miner {hotkey}", {
      hotkey: registration.hotkey,
      uid: registration.uid,
      id: this.connection.id,
      legacy: this.#name,
    });
  }

  /** What is off says what came, what is expected, and where that is written. */
  #checkTerms(): void {
    const { sent, weakness } = this.#dialect;
    const expected = 'expected {"hotkey", "timestamp", "nonce", "signature"}, signed as a whole; see ' +
      documented;
    if (!this.#terms.allowed.includes(this.#name)) {
      throw new Refusal("not_authorized", {
        detail: `you sent ${sent}, ${weakness}, and it is off here; ${expected}`,
      });
    }
    if (this.#terms.isPrivate) return;
    const detail =
      `you sent ${sent}, ${weakness}: it is taken over TLS or from this machine alone; ${expected}`;
    throw new Refusal("not_authorized", { detail });
  }

  async #admit({ hotkey: signer, timestamp, nonce, signature }: LegacyClaim): Promise<Registration> {
    const { gatekeeper } = this.#host;
    const claim = { signer, timestamp, nonce };
    if (signature === undefined) return gatekeeper.admitUnsigned(claim);
    return await gatekeeper.admit({ ...claim, signature, signedText: signer }, this.connection);
  }

  /** Tells of the games there are, and from then on of what is new. */
  async #subscribe({ hotkey }: Registration): Promise<void> {
    const { board, confirmations } = this.#host;
    const own = await confirmations.channelOf(hotkey);
    if (!this.connection.isOpen) return;
    own.subscribe(this.subscriber);
    if (board.size > 0) await this.#tellGames();
    if (this.connection.isOpen) board.channel.subscribe(this.subscriber);
  }

  async #tellGames(): Promise<void> {
    const { board } = this.#host;
    let offset: number;
    let snapshot: string;
    do {
      ({ offset } = board.channel);
      snapshot = await board.snapshot();
    } while (offset !== board.channel.offset);
    this.#tell(snapshot, Priority.update);
  }

  #predict(prediction: ExactObject): void {
    const { book, gatekeeper } = this.#host;
    const { hotkey = "" } = this.registration ?? {};
    const now = this.#clock.now();
    const envelope = {
      signer: hotkey,
      timestamp: formatTimestamp(now),
      nonce: `legacy ${crypto.randomUUID()}`,
      signature: "",
      signedText: "",
      validator: undefined,
      type: "prediction",
      data: toPlain(prediction) as Record<string, unknown>,
      exactData: prediction,
    };
    const message = book.read(envelope);
    for (const confirmed of book.submit(message, gatekeeper.registered(envelope), "websocket")) {
      confirmed.catch((error) => this.#host.fail(this.connection, error));
    }
  }

  /** Such clients take a silent gateway for one that is gone. */
  #beat(): void {
    const { patience } = this.#dialect;
    if (patience === undefined || !this.connection.isOpen) return;
    this.#beating = this.#clock.after(patience / 2, () => {
      this.#send(this.#dialect.heartbeat(this.#sender()), Priority.heartbeat);
      this.#beat();
    });
  }

  #sender(): Sender {
    return { address: this.#host.notary.address, now: this.#clock.now() };
  }

  #tell(frame: string, priority: Priority): void {
    for (const message of this.#dialect.translate(JSON.parse(frame))) this.#send(message, priority);
  }

  #send(message: object | undefined, priority: Priority = Priority.reply): void {
    if (message !== undefined) this.connection.offer(JSON.stringify(message), priority);
  }
}
