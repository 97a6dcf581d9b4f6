import { FigureRepository, type Store } from "../engine/mod.ts";
import type { Clock, Timer } from "../protocol/mod.ts";
import { logger } from "../telemetry/mod.ts";
import { type MinerDay, type MinersDay, slotCount } from "./miner_figures.ts";

const log = logger("operations");
const minute = 60_000;
/** Milliseconds of a slot; {@link slotCount} make the last day. */
const slotLength = 30 * minute;
/** Milliseconds between two times that the newest slot is kept: what a crash takes. */
const keepEvery = 5 * minute;
const mostMiners = 20_000;
const range = "miners";

/** A slot as it is kept: accepted and refused of each miner that predicted. */
interface SlotPage {
  /** The slot's number since the Unix epoch. */
  readonly first: number;
  readonly miners: Readonly<Record<string, readonly [accepted: number, refused: number]>>;
}

/** Counts of one miner, a place for each slot, used again after a day. */
class Ring {
  readonly #counts = new Uint32Array(2 * slotCount);
  #newest: number;

  constructor(slot: number) {
    this.#newest = slot;
  }

  /** The last slot with something in it. */
  get newest(): number {
    return this.#newest;
  }

  add(slot: number, accepted: number, refused: number): void {
    this.#reach(slot);
    if (slot <= this.#newest - slotCount) return;
    const place = 2 * (slot % slotCount);
    this.#counts[place] = (this.#counts[place] ?? 0) + accepted;
    this.#counts[place + 1] = (this.#counts[place + 1] ?? 0) + refused;
  }

  of(slot: number): readonly [accepted: number, refused: number] {
    if (slot > this.#newest || slot <= this.#newest - slotCount) return [0, 0];
    const place = 2 * (slot % slotCount);
    return [this.#counts[place] ?? 0, this.#counts[place + 1] ?? 0];
  }

  /** The day that ends with a slot. */
  day(last: number): MinerDay {
    const accepted = new Array<number>(slotCount).fill(0);
    const refused = accepted.slice();
    const first = last - slotCount + 1;
    for (
      let slot = Math.max(first, this.#newest - slotCount + 1);
      slot <= Math.min(last, this.#newest);
      slot += 1
    ) {
      const place = 2 * (slot % slotCount);
      accepted[slot - first] = this.#counts[place] ?? 0;
      refused[slot - first] = this.#counts[place + 1] ?? 0;
    }
    return { accepted, refused };
  }

  #reach(slot: number): void {
    const first = Math.max(this.#newest + 1, slot - slotCount + 1);
    for (let passed = first; passed <= slot; passed += 1) {
      this.#counts.fill(0, 2 * (passed % slotCount), 2 * (passed % slotCount) + 2);
    }
    this.#newest = Math.max(this.#newest, slot);
  }
}

/** What a {@link MinerHistory} works with. */
interface MinerHistoryOptions {
  readonly clock: Clock;
  readonly store: Store;
  /** Under which it is kept. */
  readonly server: () => string;
}

/** What became of each miner's predictions in the last day; bounded, and kept over a restart. */
export class MinerHistory {
  readonly #options: MinerHistoryOptions;
  readonly #repository: FigureRepository;
  readonly #rings = new Map<string, Ring>();
  #timer: Timer | undefined;
  /** The slots with something that is not kept. */
  readonly #unkept = new Set<number>();
  #kept: Promise<void> = Promise.resolve();
  #failed = false;

  constructor(options: MinerHistoryOptions) {
    this.#options = options;
    this.#repository = new FigureRepository(options.store);
  }

  /** Milliseconds of a slot. */
  get interval(): number {
    return slotLength;
  }

  /** Takes over what was kept before this start. */
  async start(): Promise<void> {
    const oldest = this.#slot() - slotCount;
    const pages = await this.#repository.list<SlotPage>(this.#options.server(), range, slotCount);
    for (const { first, miners } of pages) {
      if (first <= oldest) continue;
      for (const [hotkey, [accepted, refused]] of Object.entries(miners)) {
        this.#ring(hotkey, first)?.add(first, accepted, refused);
      }
    }
    this.#schedule();
  }

  /** Counts a prediction. */
  count(hotkey: string, isAccepted: boolean): void {
    const slot = this.#slot();
    this.#ring(hotkey, slot)?.add(slot, isAccepted ? 1 : 0, isAccepted ? 0 : 1);
    this.#unkept.add(slot);
  }

  /** The last day of every miner that predicted in it. */
  day(): MinersDay {
    const newest = this.#slot();
    const late = [...this.#rings].filter(([, ring]) => ring.newest > newest - slotCount);
    return {
      from: (newest - slotCount + 1) * slotLength,
      days: new Map(late.map(([hotkey, ring]) => [hotkey, ring.day(newest)])),
    };
  }

  /** Keeps what is known, and from then on nothing. Never rejects. */
  async stop(): Promise<void> {
    if (this.#timer === undefined) return;
    this.#timer.cancel();
    this.#timer = undefined;
    await this.#keep();
  }

  #keep(): Promise<void> {
    return this.#kept = this.#kept.then(() => this.#keepSlots());
  }

  #slot(): number {
    return Math.floor(this.#options.clock.now() / slotLength);
  }

  /** Undefined where there are too many miners. */
  #ring(hotkey: string, slot: number): Ring | undefined {
    const known = this.#rings.get(hotkey);
    if (known !== undefined || this.#rings.size >= mostMiners) return known;
    const ring = new Ring(slot);
    this.#rings.set(hotkey, ring);
    return ring;
  }

  #schedule(): void {
    this.#timer = this.#options.clock.after(keepEvery, () => {
      this.#schedule();
      void this.#keep();
    });
  }

  async #keepSlots(): Promise<void> {
    const slots = [...this.#unkept];
    this.#unkept.clear();
    this.#forgetSilent();
    try {
      for (const slot of slots) {
        const page: SlotPage = { first: slot, miners: this.#page(slot) };
        await this.#repository.put(this.#options.server(), range, page, (slotCount + 1) * slotLength);
      }
      this.#failed = false;
    } catch (error) {
      for (const slot of slots) this.#unkept.add(slot);
      if (!this.#failed) log.warning("Cannot keep the history of miners: {error}", { error });
      this.#failed = true;
    }
  }

  #page(slot: number): SlotPage["miners"] {
    const counted = [...this.#rings].map(([hotkey, ring]) => [hotkey, ring.of(slot)] as const)
      .filter(([, [accepted, refused]]) => accepted + refused > 0);
    return Object.fromEntries(counted);
  }

  /** Others may have their room. */
  #forgetSilent(): void {
    const oldest = this.#slot() - slotCount;
    for (const [hotkey, ring] of this.#rings) if (ring.newest <= oldest) this.#rings.delete(hotkey);
  }
}
