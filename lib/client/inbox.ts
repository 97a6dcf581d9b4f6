import { type Envelope, type FromGateway, type minerConversation, receiptSchema } from "../protocol/mod.ts";
import { type Context, problem } from "./context.ts";
import type { Handlers } from "./handlers.ts";
import type { KeptState } from "./kept_state.ts";
import { positionOf, type Positions } from "./positions.ts";
import type { ReceiptFollower } from "./receipt_follower.ts";
import type { Submissions } from "./submissions.ts";

type Data = Readonly<Record<string, unknown>>;

/** What an inbox hands messages to. */
interface InboxParts {
  readonly positions: Positions;
  readonly submissions: Submissions;
  readonly handlers: Handlers;
  readonly kept: KeptState;
  readonly receipts: ReceiptFollower;
  /** Called when publications are missing, so that they are asked for again. */
  readonly missed: () => void;
}

/** What a validator says to a miner that it has welcomed, but for refusals. */
type Told = Exclude<FromGateway<typeof minerConversation>, "welcome" | "error">;

/** Takes what a validator says, however it arrived, once it is verified. */
export class Inbox {
  readonly #context: Context;
  readonly #parts: InboxParts;
  readonly #readers: Readonly<Record<Told, (data: Data, signed: string) => void>> = {
    confirmation: (data, signed) => this.#confirmation(data, signed),
    game_update: (data) => this.#gameUpdate(data),
  };

  constructor(context: Context, parts: InboxParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** Learns from the welcome who the miner is, and where its channels begin where it could not recover. */
  welcome(envelope: Envelope): void {
    const { positions, kept, handlers } = this.#parts;
    const { uid, epoch, channels, recovered } = envelope.data;
    if (typeof uid === "number" || typeof uid === "string") kept.uid = uid;
    // The games themselves follow in a snapshot, which has the position.
    if (member(recovered, "games") !== true) positions.forget("games");
    if (member(recovered, "confirmations") !== true) {
      positions.forget("confirmations");
      const position = positionOf({ epoch, offset: member(channels, "confirmations") });
      if (position !== undefined) positions.set("confirmations", position);
    }
    kept.save();
    handlers.dispatch(envelope);
  }

  /** Takes any later message. `signed` is its text. */
  message(envelope: Envelope, signed: string): void {
    const { type, data } = envelope;
    if (this.#isTold(type)) this.#readers[type](data, signed);
    this.#parts.handlers.dispatch(envelope);
  }

  #isTold(type: string): type is Told {
    return Object.hasOwn(this.#readers, type);
  }

  /** Takes the games of an HTTP answer. False: there was nothing new. */
  games(data: Data): boolean {
    const { positions } = this.#parts;
    const position = positionOf(data);
    const known = positions.get("games");
    const sameEpoch = position !== undefined && known?.epoch === position.epoch;
    if (position === undefined || sameEpoch && position.offset <= known.offset) return false;
    positions.set("games", position);
    this.#emitGames(data, !sameEpoch || data["recovered"] === false || data["snapshot"] === true);
    return true;
  }

  #confirmation(data: Data, signed: string): void {
    const { positions, submissions, kept, receipts } = this.#parts;
    const position = positionOf(data);
    if (position !== undefined) positions.advance("confirmations", position);
    const receipt = receiptSchema.safeParse(data["receipt"]);
    if (receipt.success) receipts.take(receipt.data);
    kept.save();
    submissions.decide({ data, signed });
  }

  #gameUpdate(data: Data): void {
    const { positions, missed } = this.#parts;
    const position = positionOf(data);
    if (position === undefined) return this.#emitGames(data, data["snapshot"] === true);
    const known = positions.get("games");
    if (data["snapshot"] === true) {
      if (known?.epoch === position.epoch && known.offset > position.offset) return;
      positions.set("games", position);
      return this.#emitGames(data, true);
    }
    const step = positions.step("games", position);
    if (step === "next") {
      positions.set("games", position);
      this.#emitGames(data, false);
    } else if (step === "gap" && known !== undefined) {
      const [from, to] = [`${known.epoch}:${known.offset}`, `${position.epoch}:${position.offset}`];
      problem(this.#context, "gap", `Missed game updates between ${from} and ${to}; asking for them again`);
      missed();
    }
  }

  #emitGames(data: Data, snapshot: boolean): void {
    const { games, epoch, offset } = data;
    this.#context.emit({
      type: "games",
      games: Array.isArray(games) ? games : [],
      snapshot,
      epoch: typeof epoch === "string" ? epoch : undefined,
      offset: typeof offset === "number" ? offset : undefined,
    });
  }
}

function member(object: unknown, name: string): unknown {
  return typeof object === "object" && object !== null ? (object as Data)[name] : undefined;
}
