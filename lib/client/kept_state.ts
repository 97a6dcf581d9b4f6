import type { Timer } from "../protocol/mod.ts";
import { type Context, problem } from "./context.ts";
import type { Outbox } from "./outbox.ts";
import type { Positions } from "./positions.ts";
import type { ReceiptFollower } from "./receipt_follower.ts";

/** Writes that follow each other are put together for this long. */
const saveDelayMs = 1000;

/** What a client remembers of its validator from one process to the next, beside predictions. */
export class KeptState {
  readonly #context: Context;
  readonly #outbox: Outbox;
  readonly #positions: Positions;
  readonly #receipts: ReceiptFollower;
  #saved = "";
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();
  #hotkey: string | undefined;
  #uid: number | string | undefined;

  constructor(context: Context, outbox: Outbox, positions: Positions, receipts: ReceiptFollower) {
    this.#context = context;
    this.#outbox = outbox;
    this.#positions = positions;
    this.#receipts = receipts;
  }

  /** The hotkey that the validator showed first. */
  get hotkey(): string | undefined {
    return this.#hotkey;
  }

  set hotkey(hotkey: string | undefined) {
    this.#hotkey = hotkey;
    this.#write();
  }

  /** The miner's uid by the validator's registry. */
  get uid(): number | string | undefined {
    return this.#uid;
  }

  set uid(uid: number | string | undefined) {
    this.#uid = uid;
    this.save();
  }

  async load(): Promise<void> {
    const text = await this.#outbox.get("state");
    if (text === undefined) return;
    const { hotkey, uid, confirmations, receipt } = JSON.parse(text);
    this.#hotkey = hotkey;
    this.#uid = uid;
    if (confirmations !== undefined) this.#positions.set("confirmations", confirmations);
    this.#receipts.head = receipt;
  }

  /** Saves soon. The position of the games is not saved: a new process knows no games and asks for all. */
  save(): void {
    this.#timer ??= this.#context.clock.after(saveDelayMs, () => this.#write());
  }

  /** Saves now and waits for it. */
  async flush(): Promise<void> {
    this.#write();
    await this.#writing;
  }

  #write(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const confirmations = this.#positions.get("confirmations");
    const { head: receipt } = this.#receipts;
    const text = JSON.stringify({ hotkey: this.#hotkey, uid: this.#uid, confirmations, receipt });
    if (this.#saved === text) return;
    this.#saved = text;
    this.#writing = this.#outbox.set("state", text).catch((error) => {
      problem(this.#context, "outbox_failed", `Cannot save the state: ${error}`);
    });
  }
}
